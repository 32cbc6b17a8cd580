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
  const code = readSafely(() => (isEdgewaterError(thrown) && typeof thrown.code === "string" ? storableText(thrown.code) : undefined));
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
    ...readSafely(() => quotaOf(quota)),
  };
}

/** The quota as it can be recorded: in whole bytes. Browsers estimate in fractions, and a thrown error may have anything. */
function quotaOf(quota: EdgewaterError["quota"]): { readonly quota: QuotaRecord } | undefined {
  const bytes = (value: unknown, whole: (value: number) => number): number | undefined =>
    typeof value === "number" && value >= 0 && value <= Number.MAX_SAFE_INTEGER ? whole(value) : undefined;
  const needed = bytes(quota?.needed, Math.ceil);
  if (needed === undefined) return undefined;
  const [free, total] = [bytes(quota?.free, Math.floor), bytes(quota?.total, Math.floor)];
  return { quota: { needed, ...(free !== undefined && { free }), ...(total !== undefined && { total }) } };
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
