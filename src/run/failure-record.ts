import { type EdgewaterError, isEdgewaterError, storableText, thrownText } from "../errors.ts";
import type { ErrorRecord, FailureRecord, QuotaRecord } from "../storage/types.ts";

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
    ...(code !== undefined && readSafely(() => detailsOf(thrown as EdgewaterError))),
  };
}

function detailsOf({ asset, partition, field, quota }: EdgewaterError): Partial<ErrorRecord> {
  return {
    ...(typeof asset === "string" && { asset: storableText(asset) }),
    ...(typeof partition === "string" && { partition: storableText(partition) }),
    ...(typeof field === "string" && { field: storableText(field) }),
    ...(quota !== undefined && { quota: quotaOf(quota) }),
  };
}

/** Browsers round their estimates, not always to whole numbers. */
function quotaOf({ needed, free, total }: NonNullable<EdgewaterError["quota"]>): QuotaRecord {
  return {
    needed: Math.ceil(needed),
    ...(free !== undefined && { free: Math.floor(free) }),
    ...(total !== undefined && { total: Math.floor(total) }),
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
