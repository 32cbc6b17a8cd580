import type { ExtractionOptions } from "@uwdata/flechette";
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
