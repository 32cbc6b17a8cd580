import { EdgewaterError, type ErrorCode, isEdgewaterError, storableText, thrownText } from "../errors.ts";
import type { AnyEvent, ErrorRecord, FailureRecord } from "../storage/types.ts";

const mostCauses = 5;
const mostFrames = 20;

/** What is recorded of anything that was thrown. Never throws. */
export function failureRecord(thrown: unknown): FailureRecord {
  const causes: ErrorRecord[] = [];
  const seen = new Set<unknown>([thrown]);
  for (let cause = causeOf(thrown); cause !== undefined && causes.length < mostCauses && !seen.has(cause); cause = causeOf(cause)) {
    seen.add(cause);
    causes.push(errorRecord(cause));
  }
  return { ...errorRecord(thrown), causes, frames: framesOf(thrown) };
}

function errorRecord(thrown: unknown): ErrorRecord {
  const code = readSafely(() => (isEdgewaterError(thrown) ? thrown.code : undefined));
  const name = readSafely(() => (thrown instanceof Error ? thrown.constructor.name || thrown.name : typeof thrown));
  return {
    ...(code !== undefined && { code }),
    name: typeof name === "string" ? storableText(name) : typeof thrown,
    message: thrownText(thrown),
  };
}

function causeOf(thrown: unknown): unknown {
  return readSafely(() => (thrown instanceof Error ? thrown.cause : undefined));
}

/** The lines of the stack that say where, without those of the runtime and of this library. */
function framesOf(thrown: unknown): readonly string[] {
  const stack = readSafely(() => (thrown instanceof Error ? thrown.stack : undefined));
  if (typeof stack !== "string") return [];
  const lines = storableText(stack)
    .split("\n")
    .map((line) => line.trim());
  // V8 writes "at f (file:1:2)", other engines "f@file:1:2".
  const frames = lines.filter((line) => /^at |@/.test(line) && /:\d+/.test(line));
  const isForeign = (line: string): boolean => /\bnode:|\binternal\/|\bext:|\/edgewater\/(dist|src)\//.test(line);
  return frames.filter((line) => !isForeign(line)).slice(0, mostFrames);
}

/** Reads from a thrown value, whose getters may throw. */
function readSafely<Value>(read: () => Value): Value | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

/** The classes of errors that every runtime has. */
const classes: Readonly<Record<string, ErrorConstructor>> = { EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError };

/** What was thrown, made anew from the event of a failed step. */
export function errorOf(event: AnyEvent): unknown {
  const failure = "failure" in event ? event.failure : undefined;
  // Records of earlier versions have the message only.
  if (failure === undefined) return new Error(String(event.metadata["error"]?.value ?? "the step has failed"));
  return thrownFrom(failure, event.assetKey);
}

/** What was thrown, made anew from what was recorded of it: with its class, code, causes and the lines of its stack. */
export function thrownFrom(failure: FailureRecord, asset?: string): unknown {
  const causes = failure.causes.reduceRight<unknown>((cause, record) => thrownOf(record, cause, asset), undefined);
  const thrown = thrownOf(failure, causes, asset);
  if (thrown instanceof Error) {
    const stack = [`${failure.name}: ${failure.message}`, ...failure.frames.map((frame) => `    ${frame}`)].join("\n");
    Object.defineProperty(thrown, "stack", { value: stack, configurable: true, writable: true });
  }
  return thrown;
}

function thrownOf({ code, name, message }: ErrorRecord, cause: unknown, asset: string | undefined): unknown {
  if (code !== undefined) return new EdgewaterError(code as ErrorCode, message, { asset, cause });
  switch (name) {
    case "string":
      return message;
    case "number":
      return Number(message);
    case "boolean":
      return message === "true";
    case "bigint":
      return BigInt(message);
    case "undefined":
      return undefined;
  }
  if (name === "object" && message === "null") return null;
  const error = new (classes[name] ?? Error)(message, cause === undefined ? undefined : { cause });
  if (error.name !== name) Object.defineProperty(error, "name", { value: name, configurable: true, writable: true });
  return error;
}
