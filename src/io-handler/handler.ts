import { EdgewaterError } from "../errors.ts";
import type { InputContext } from "./input-context.ts";
import type { OutputContext } from "./output-context.ts";

const brand = Symbol.for("edgewater/io-handler");

/** A value as it is stored, whatever the records say. */
export interface StoredValue {
  /** The full key in its store. */
  readonly path: string;
  readonly size: number;
  /** Undefined where the store does not say. */
  readonly lastModified: Date | undefined;
  /** The run that wrote it, where the store keeps that. */
  readonly runId: string | undefined;
  /** The version that it would have been recorded with, where the store keeps that. */
  readonly dataVersion: string | undefined;
}

/**
 * What every IO handler is. The built-in ones extend it, and not `BaseIOHandler`, so that who needs no settings does
 * not ship them. `BaseIOHandler` is the same to the compiler and to `instanceof`.
 */
// biome-ignore lint/suspicious/noExplicitAny: a handler that does not say what it accepts takes anything
export abstract class IOHandler<Accepts = any, Loads = unknown> {
  /** Only for the compiler, which would otherwise take any object with both methods; never there at run time. */
  declare readonly "~extends": "BaseIOHandler";
  /** Only for inference; never there at run time. */
  declare readonly "~types"?: { readonly accepts: Accepts; readonly loads: Loads };

  constructor() {
    Object.defineProperty(this, brand, { value: true });
  }

  /** Writes a value. What it throws fails the step, and nothing is recorded. */
  abstract handleOutput(context: OutputContext, value: Accepts): void | Promise<void>;

  /**
   * Reads a value back, or gives a promise of it.
   *
   * @throws `NotFound` when it was never written
   */
  abstract loadInput(context: InputContext): unknown;

  /**
   * Says what is stored for an asset or a partition, without reading it; undefined when there is nothing. A handler that
   * has it lets a repository see what a killed process has written and not recorded.
   */
  inspect?(context: InputContext): Promise<StoredValue | undefined>;
}

/** Tells whether `value` extends `BaseIOHandler`, also one from another bundle or realm. */
export function isIOHandler(value: unknown): value is IOHandler {
  return typeof value === "object" && value !== null && brand in value;
}

/**
 * Refuses what is not a handler.
 *
 * @throws `DefinitionError` that says what to extend
 */
export function checkIOHandler(value: unknown, owner: string): void {
  if (value === undefined || isIOHandler(value)) return;
  const isClass = typeof value === "function";
  const remedy = isClass ? "pass an instance, not the class" : "extend BaseIOHandler; having handleOutput and loadInput is not enough";
  throw new EdgewaterError("DefinitionError", `The IO handler of ${owner} is not one: ${remedy}`, { field: "ioHandler" });
}
