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
import type { ValueName } from "./key-layout.ts";

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

/** How much of a value is to be shown. */
export interface PreviewLimits {
  /** The most bytes to read. */
  readonly bytes: number;
  /** The rows to show of a value that has rows; the second position is exclusive. */
  readonly rows: readonly [from: number, to: number];
}

/** A part of a value, to be shown. */
export interface ValuePart {
  /** The part: the rows that were asked for as an array, the first bytes, or the whole value. */
  readonly value: unknown;
  /** How many rows or bytes the whole has; left out when the part is the whole. */
  readonly total?: number | undefined;
}

/** Options of a call to a store. */
export interface CallOptions {
  /** Ends the call with `Aborted`. */
  readonly signal: AbortSignal;
}

/**
 * What a handler offers that keeps every version of a value. Each of its writes makes an object under a name that is never used
 * again, and registers its path; `loadInput` and `inspect` read the object at `context.upstream.stored.path`.
 */
export interface ValueHistory {
  /** The keys of the stored versions of an asset, with those of its partitions. */
  readonly versions: (assetName: string, options: CallOptions) => AsyncIterable<string>;
  /** The folder that has exactly the versions of this asset, or of this partition: the part of their keys before the last slash. */
  readonly folderOf: (place: ValueName) => string;
  /** Deletes versions by their keys. A missing one is ignored. */
  readonly deleteVersions: (keys: readonly string[], options: CallOptions) => Promise<void>;
  /** Notes for people which version is the newest: that of `context.upstream`, with this event. Never goes back to an older event. */
  readonly pointHead?: ((context: InputContext, eventId: number) => Promise<void>) | undefined;
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

  /** What it offers when it keeps every version of a value; `undefined` when a write replaces the value before it. */
  readonly history?: ValueHistory | undefined;

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

  /**
   * Deletes the stored value of an asset or a partition, for `repository.wipe`. A missing value is ignored. A handler with history
   * deletes what it keeps beside the versions.
   */
  remove?(context: InputContext): Promise<void>;

  /**
   * Loads what tools such as the inspector show of a value, without reading more than the limits. Without this method they load a
   * value that is not larger than their limit, and refuse any other.
   *
   * @throws as `loadInput`
   */
  preview?(context: InputContext, limits: PreviewLimits): Promise<ValuePart>;

  /**
   * What decides how and where the value of an asset or a partition is written, as plain JSON data: the name of the class, the
   * serializer and the store, the full key, settings. Never a secret. With this method and `inspect`, `skipUnchanged` skips
   * assets of this handler; when what it returns has changed, they are made again.
   */
  identity?(context: InputContext): unknown;
}

/** The name of a handler's class in its identity: a built-in one has its public name, also in a minified bundle. */
export function handlerName(handler: IOHandler, known: abstract new (...args: never) => IOHandler, name: string): string {
  return handler.constructor === known ? name : handler.constructor.name;
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
