import type { FailureRecord } from "edgewater";

/** What is wrong with a function, and where in its text. */
export interface Fault {
  /** The class of the error, or its code. */
  readonly kind: string;
  readonly message: string;
  /** From 1; undefined when it is not known. */
  readonly line?: number;
}

/** The fault that a recorded failure tells: what the function has thrown, and the first line of its text in the stack. */
export function faultOf(name: string, failure: FailureRecord | undefined): Fault | undefined {
  if (failure === undefined) return undefined;
  const [cause] = failure.causes;
  const { name: kind, code, message } = failure.code === "StepFailed" && cause !== undefined ? cause : failure;
  const place = failure.frames.map((frame) => frame.split(`${name}.js:`)[1]).find((found) => found !== undefined);
  const line = place === undefined ? undefined : Number.parseInt(place, 10);
  return { kind: code ?? kind, message: shortened(message), ...(line !== undefined && { line }) };
}

/** The first lines of a message: all of it is told where the asset failed. */
function shortened(message: string): string {
  const lines = message.split("\n");
  return lines.length <= mostLines ? message : [...lines.slice(0, mostLines), "…"].join("\n");
}

const mostLines = 3;
