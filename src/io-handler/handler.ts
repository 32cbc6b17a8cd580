/**
 * IO handlers: the base classes, their contexts, data versions, the layout of keys, and the built-in handlers.
 *
 * @module
 */

import { EdgewaterError } from "../errors.ts";
import type { Metadata } from "../metadata/metadata-value.ts";
import { type OptionKind, required, withMethods } from "../options.ts";
import type { Reach } from "../reach.ts";
import type { InputContext, OutputContext } from "./contexts.ts";

const brand = Symbol.for("edgewater/io-handler");

/** The stored form of a value, as the store describes it. */
export interface StoredValue {
  /** The full key in its store. */
  readonly path: string;
  /** Size in bytes. */
  readonly size: number;
  /** Time of the last write; `undefined` when the store does not report it. */
  readonly lastModified: Date | undefined;
  /** The run that wrote it, if the store keeps metadata. */
  readonly runId: string | undefined;
  /** The data version that it was written with, if the store keeps metadata. */
  readonly dataVersion: string | undefined;
  /** The id of the write that made it, if the store keeps metadata. */
  readonly writeId?: string | undefined;
  /** Its etag, if the store has etags. */
  readonly etag?: string | undefined;
  /** The digest of its bytes, if the store keeps metadata, or if it was asked for. */
  readonly digest?: string | undefined;
  /** The metadata that the handler adds to its materialization, as far as the stored form shows it. */
  readonly metadata?: Metadata | undefined;
}

/** Options of `inspect`. */
export interface InspectOptions {
  /** Whether to read the value for its digest when the store does not keep it; false unless given. */
  readonly digest?: boolean;
}

/**
 * The base of every IO handler. The built-in handlers extend this class, so that bundles without settings do not contain
 * them; `BaseIOHandler` adds settings. The compiler and `instanceof` do not distinguish the two.
 */
// biome-ignore lint/suspicious/noExplicitAny: a handler accepts any value unless it declares a type
export abstract class IOHandler<Accepts = any, Loads = unknown> {
  /** Only for the compiler, which would otherwise accept any object with both methods; absent at run time. */
  declare readonly "~extends": "BaseIOHandler";
  /** Only for inference; absent at run time. */
  declare readonly "~types"?: { readonly accepts: Accepts; readonly loads: Loads };

  /**
   * From where its values can be reached; anywhere unless given. Executors that run steps further away refuse the handler. That
   * of a built-in handler is the reach of its store.
   */
  readonly reach: Reach | undefined = undefined;

  /** Whether `handleOutput` calls `context.announce` before every write. */
  readonly announcesWrites: boolean = false;

  constructor() {
    Object.defineProperty(this, brand, { value: true });
  }

  /** Writes a value. If it throws, the step fails and nothing is recorded. */
  abstract handleOutput(context: OutputContext, value: Accepts): void | Promise<void>;

  /**
   * Loads a value, or returns a promise of it.
   *
   * @throws `NotFound` when the value was never written
   */
  abstract loadInput(context: InputContext): unknown;

  /**
   * Describes the stored value of an asset or a partition; `undefined` when there is none. With this method a repository finds
   * values that a killed process wrote but did not record, and values that are gone.
   */
  inspect?(context: InputContext, options?: InspectOptions): Promise<StoredValue | undefined>;
}

/** The store that a handler writes to. */
export const aStore: OptionKind = /* @__PURE__ */ required(/* @__PURE__ */ withMethods("a store", "put", "get"));

/** Returns whether `value` extends `BaseIOHandler`, also one of another bundle or realm. */
export function isIOHandler(value: unknown): value is IOHandler {
  return typeof value === "object" && value !== null && brand in value;
}

/**
 * Checks that a value, unless it is `undefined`, is an IO handler.
 *
 * @throws `DefinitionError`
 */
export function checkIOHandler(value: unknown, owner: string): void {
  if (value === undefined || isIOHandler(value)) return;
  const isClass = typeof value === "function";
  const remedy = isClass
    ? "pass an instance, not the class"
    : "extend BaseIOHandler; the methods handleOutput and loadInput are not enough";
  throw new EdgewaterError("DefinitionError", `Invalid IO handler of ${owner}: ${remedy}`, { field: "ioHandler" });
}
