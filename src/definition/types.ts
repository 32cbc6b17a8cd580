import type { Metadata, MetadataInput } from "../asset/metadata-value.ts";
import type { BaseIOHandler } from "../io-handler/base.ts";
import type { Log } from "../io-handler/log.ts";

/** What a function of an asset or a task is told, and where it says more about its output than the value does. */
export interface AssetContext {
  /** The asset or task that is being made. */
  readonly assetName: string;
  readonly runId: string;
  /** Aborted when the run is. */
  readonly signal: AbortSignal;
  readonly log: Log;
  /**
   * Adds metadata to the materialization, all of it or nothing.
   *
   * @throws `MetadataError` naming the key whose value no kind of metadata holds
   */
  readonly addOutputMetadata: (record: Readonly<Record<string, MetadataInput>>) => void;
  /** Names the content of the output, in place of the digest of its bytes. */
  readonly registerDataVersion: (version: string) => void;
}

/** What can be an input: an asset or a task, by the value that it loads as. */
export interface Source<out Value = unknown, Name extends string = string> {
  readonly kind: "asset" | "task";
  readonly name: Name;
  /** Only for inference; never there at run time. */
  readonly "~value"?: () => Value;
}

/** What every asset and task is made of. */
export interface Definition<out Value = unknown, Name extends string = string> extends Source<Value, Name> {
  readonly inputs: Readonly<Record<string, Definition>>;
  readonly ioHandler: BaseIOHandler | undefined;
  /** Static metadata, told to the handler. */
  readonly metadata: Metadata;
  readonly compute: (inputs: Readonly<Record<string, unknown>>, context: AssetContext) => unknown;
}

/** A named data artefact and the function that makes it. */
export interface Asset<out Value = unknown, Name extends string = string> extends Definition<Value, Name> {
  readonly kind: "asset";
}

/** A named function whose output is not an asset of its own. */
export interface Task<out Value = unknown, Name extends string = string> extends Definition<Value, Name> {
  readonly kind: "task";
}

/** The inputs of an asset or a task, by the name under which its function gets them. */
export type Inputs = Readonly<Record<string, Definition>>;

/** The values that a function gets for its inputs. */
export type ValuesOf<Chosen extends Inputs> = { readonly [Name in keyof Chosen]: ValueOf<Chosen[Name]> };

type ValueOf<From> = From extends { readonly "~value"?: () => infer Value } ? Value : never;

/** What a handler can write. */
export type AcceptedBy<Handler> = Handler extends { readonly "~types"?: { readonly accepts: infer Accepts } }
  ? 0 extends 1 & Accepts
    ? unknown
    : Accepts
  : unknown;

/** What a value comes back as through a handler: what the handler says it loads, else what was written. */
export type LoadedAs<Handler, Value> = Handler extends { readonly "~types"?: { readonly loads: infer Loads } }
  ? unknown extends Loads
    ? Value
    : Loads
  : Value;

/** How an asset or a task is declared. */
export interface DefinitionOptions<Name extends string, Chosen extends Inputs, Handler extends BaseIOHandler> {
  /** Any text that is not empty; it needs no escaping. */
  readonly name: Name;
  readonly inputs?: Chosen;
  /** Writes and reads the value; the repository's default unless given. */
  readonly ioHandler?: Handler;
  /** Static metadata, told to the handler. */
  readonly metadata?: Readonly<Record<string, MetadataInput>>;
}

/** The function of an asset or a task. */
export type Compute<Chosen extends Inputs, Value> = (inputs: ValuesOf<Chosen>, context: AssetContext) => Value | Promise<Value>;
