import type { ExtractionOptions, Table } from "@uwdata/flechette";
import { loadPeer } from "../../peer.ts";

/** Flechette, which reads and writes Arrow: an optional peer, loaded when it is first needed. */
export type Flechette = typeof import("@uwdata/flechette");

/** @throws `NotSupported` that says what to install */
export function loadFlechette(): Promise<Flechette> {
  return loadPeer("@uwdata/flechette", "Arrow in edgewater/delta", () => import("@uwdata/flechette"));
}

/** What Flechette gives for values that JavaScript has several forms for. Here every value is exact unless told otherwise. */
export interface ArrowOptions extends ExtractionOptions {}

/** Every value as it is in Arrow: bigints for whole numbers of 64 bits, for microseconds, and for decimals without their point. */
export const exactOptions: ArrowOptions = { useBigInt: true, useBigIntTimestamp: true, useDecimalInt: true };

/** Arrow as it is written: a table of Flechette, or the bytes of an IPC stream or file of any library. */
export type ArrowData = Table | Uint8Array;

/** Whether a value is a table of Flechette, also of another copy of it, or bytes. */
export function isArrow(value: unknown): value is ArrowData {
  if (value instanceof Uint8Array) return true;
  const { schema, children, numRows } = (value ?? {}) as {
    readonly schema?: { readonly fields?: unknown };
    readonly children?: unknown;
    readonly numRows?: unknown;
  };
  return typeof numRows === "number" && Array.isArray(children) && Array.isArray(schema?.fields);
}
