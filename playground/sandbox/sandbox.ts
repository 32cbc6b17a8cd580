/** Calls the text of a function in a worker that can reach nothing but what it is given, and ends it when it takes too long. */
import { type AssetContext, EdgewaterError, type Metadata, PartitionMap } from "edgewater";
import { superjsonSerializer } from "edgewater/serializer";
import { metadataFromWire } from "../../src/metadata/metadata-json.ts";
import { frameDocument, frameScript } from "./frame.ts";
import type { Call, FrameError, FromWorker, SentInput } from "./messages.ts";

/** How long one call may take, in milliseconds. */
export const timeLimitMs = 10_000;
/** The log lines of one call that are kept. */
const mostLogLines = 1000;
/** The largest value that a function may return, in bytes. */
const mostBytes = 64 * 2 ** 20;

/** A function and the script that comes before it in its worker. */
export interface Sandboxed {
  /** The name of the asset, and of the function in the text. */
  readonly name: string;
  readonly text: string;
  readonly runtime: string;
}

const serializer = superjsonSerializer();

/**
 * Calls a function with the inputs and the context of its asset. What it returns goes the way of every value: the type hint, the
 * handler, the record.
 *
 * @throws what the function throws, with the lines of its text in the stack; `Timeout` after the time limit; the reason of an abort;
 *   `SerializationError` for what cannot be read
 */
export async function callInSandbox(
  sandboxed: Sandboxed,
  inputs: Readonly<Record<string, unknown>>,
  context: AssetContext,
  limitMs = timeLimitMs,
): Promise<unknown> {
  const { name } = sandboxed;
  const call: Call = {
    assetName: name,
    runId: context.runId,
    inputs: Object.fromEntries(await Promise.all(Object.entries(inputs).map(async ([key, value]) => [key, await sent(value)] as const))),
    keys: context.partition?.keys.map((key) => key.toJSON()),
  };
  const content = frameDocument(await hashOf(frameScript));
  context.signal.throwIfAborted();
  const before = `"use strict";${sandboxed.runtime}\n`;
  const script = `${before}${sandboxed.text}\nserveFunction(typeof ${name} === "function" ? ${name} : undefined);`;
  const lineOffset = before.split("\n").length - 1;
  const frame = document.createElement("iframe");
  frame.setAttribute("sandbox", "allow-scripts");
  frame.hidden = true;
  frame.srcdoc = content;
  const ended = Promise.withResolvers<FromWorker & { readonly type: "returned" }>();
  const page = new MessageChannel();
  const line = new MessageChannel();
  let logLines = 0;
  page.port1.onmessage = ({ data }: MessageEvent<FrameError>) => ended.reject(frameError(name, data, lineOffset));
  line.port1.onmessage = ({ data }: MessageEvent<FromWorker>) => {
    if (data?.type === "log" && logLines++ < mostLogLines) logLine(context, data);
    if (data?.type === "progress") reportProgress(context, data);
    if (data?.type === "threw") ended.reject(thrownBy(name, data, lineOffset));
    if (data?.type === "returned") ended.resolve(data);
  };
  const abort = (): void => ended.reject(context.signal.reason);
  context.signal.addEventListener("abort", abort, { once: true });
  const timer = setTimeout(() => ended.reject(tooLong(name, limitMs)), limitMs);
  frame.addEventListener("load", () => {
    frame.contentWindow?.postMessage(script, "*", [page.port2, line.port2]);
    line.port1.postMessage(call);
  });
  document.body.append(frame);
  try {
    return accept(name, await ended.promise, context);
  } finally {
    // A worker ends with the document that has started it, also in a loop that never yields.
    frame.remove();
    clearTimeout(timer);
    context.signal.removeEventListener("abort", abort);
    page.port1.close();
    line.port1.close();
  }
}

/** The hash of a script, as policies name it. */
async function hashOf(script: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(script));
  return `sha256-${btoa(String.fromCharCode(...new Uint8Array(digest)))}`;
}

async function sent(value: unknown): Promise<SentInput> {
  if (!(value instanceof PartitionMap)) return { value: await serializer.encode(value) };
  const partitions: { key: ReturnType<(typeof value)["keys"]>[number]; value: unknown }[] = [];
  for await (const [key, each] of value) partitions.push({ key, value: each });
  return {
    partitions: await Promise.all(partitions.map(async (each) => ({ key: each.key.toJSON(), value: await serializer.encode(each.value) }))),
  };
}

/** Checks what the worker says that its function has returned, and hands on its metadata. */
function accept(name: string, returned: FromWorker & { readonly type: "returned" }, context: AssetContext): unknown {
  const { value, metadata, dataVersion } = returned;
  if (!(value instanceof Uint8Array) || !Array.isArray(metadata)) throw unreadable(name, "its worker has sent something else than a value");
  if (value.byteLength > mostBytes) throw unreadable(name, `it has ${value.byteLength} bytes, and the limit is ${mostBytes}`);
  const known: Metadata = Object.fromEntries(metadata.map(([key, wire]) => [String(key), metadataFromWire(wire)]));
  context.addOutputMetadata(known);
  if (dataVersion !== undefined) context.registerDataVersion(String(dataVersion));
  return serializer.decode(value);
}

function logLine({ log }: AssetContext, { level, text }: FromWorker & { readonly type: "log" }): void {
  const write = { debug: log.debug, info: log.info, warn: log.warn, error: log.error }[level] ?? log.info;
  write(String(text).slice(0, 10_000));
}

function reportProgress(context: AssetContext, { done, total }: FromWorker & { readonly type: "progress" }): void {
  const { progress } = context as AssetContext & { readonly progress?: (done: number, total: number) => void };
  if (Number.isFinite(done) && Number.isFinite(total)) progress?.(done, total);
}

/** The error of a function, with its own frames: the lines of its text, without those of the runtime. */
function thrownBy(name: string, thrown: FromWorker & { readonly type: "threw" }, lineOffset: number): Error {
  const places = [...String(thrown.stack).matchAll(/blob:[^\s()]*?:(\d+):(\d+)/g)]
    .map(([, line, column]): Place => ({ line: Number(line) - lineOffset, column: Number(column) }))
    .filter(({ line }) => line > 0);
  return failure(name, String(thrown.name), String(thrown.message), places);
}

function frameError(name: string, { message, line, column }: FrameError, lineOffset: number): Error {
  const [, kind = "SyntaxError", text = message] = /^(?:Uncaught )?(\w*Error): ([\s\S]*)$/.exec(message) ?? [];
  return failure(name, kind, text || `The text of ${name} cannot be run`, line > lineOffset ? [{ line: line - lineOffset, column }] : []);
}

/** A position in the text of a function, from 1. */
interface Place {
  readonly line: number;
  readonly column: number;
}

const classes: Readonly<Record<string, ErrorConstructor | undefined>> = {
  EvalError,
  RangeError,
  ReferenceError,
  SyntaxError,
  TypeError,
  URIError,
};

function failure(name: string, kind: string, message: string, places: readonly Place[]): Error {
  const error = new (classes[kind] ?? Error)(message);
  error.stack = [`${kind}: ${message}`, ...places.map(({ line, column }) => `    at ${name}.js:${line}:${column}`)].join("\n");
  return error;
}

function tooLong(name: string, limitMs: number): EdgewaterError<"Timeout"> {
  return new EdgewaterError(
    "Timeout",
    `The edited function of ${JSON.stringify(name)} took longer than ${limitMs / 1000} s, and its worker was ended; look for a loop without an end, or restore the function`,
    { asset: name },
  );
}

function unreadable(name: string, reason: string): EdgewaterError<"SerializationError"> {
  return new EdgewaterError("SerializationError", `Cannot read what the edited function of ${JSON.stringify(name)} returned: ${reason}`, {
    asset: name,
  });
}
