/** Errors, made anew from their records. */
import { EdgewaterError, type ErrorCode } from "../errors.ts";
import type { AnyEvent, ErrorRecord, FailureRecord } from "../storage/types.ts";

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

function thrownOf({ code, name, message, field, quota, ...named }: ErrorRecord, cause: unknown, asset: string | undefined): unknown {
  if (code !== undefined) {
    const { partition } = named;
    const room = quota && { needed: quota.needed, free: quota.free, ...(quota.total !== undefined && { total: quota.total }) };
    return new EdgewaterError(code as ErrorCode, message, { asset: named.asset ?? asset, partition, field, quota: room, cause });
  }
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
