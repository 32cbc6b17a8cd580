/** What a failure card says, and the same as Markdown for an issue or a chat. */
import type { RunFailure } from "../../../src/inspector/inspection.ts";

/** An input as a failed step had read it. */
export interface ReadInput {
  readonly asset: string;
  /** The display form of the partition's key. */
  readonly partition?: string;
  readonly dataVersion: string;
}

/** The inputs of a failure, by `name` or `name[key]`. */
export function readInputs({ inputs }: Pick<RunFailure, "inputs">): readonly ReadInput[] {
  return Object.entries(inputs).map(([name, dataVersion]) => {
    const bracket = name.indexOf("[");
    if (bracket <= 0 || !name.endsWith("]")) return { asset: name, dataVersion };
    return { asset: name.slice(0, bracket), partition: name.slice(bracket + 1, -1), dataVersion };
  });
}

/** The kind of a failure: its code, or the class of an error that is not of this library. */
export const failureKind = ({ failure }: Pick<RunFailure, "failure">): string => {
  // What a function of the user has thrown is the cause, and says more than that a step has failed.
  const [cause] = failure.causes;
  if (failure.code === "StepFailed" && cause !== undefined) return cause.code ?? cause.name;
  return failure.code ?? failure.name;
};

/** The message and what to do about it: after a text of one line in the same line. */
export function withRemedy(message: string, remedy: string | undefined): string {
  if (remedy === undefined) return message;
  return message.includes("\n") ? `${message}\n\n${remedy}` : `${message.replace(/[.\s]*$/, ".")} ${remedy}`;
}

/** What followed from a failure, in a sentence; undefined while the run goes on and nothing was skipped yet. */
export function consequence({ skipped }: Pick<RunFailure, "skipped">, isOver = true): string | undefined {
  if (skipped.length === 0) return isOver ? "Nothing else depends on it." : undefined;
  if (skipped.length === 1) return `${skipped[0]} was skipped; nothing else depends on it.`;
  if (skipped.length <= 3) return `${skipped.slice(0, -1).join(", ")} and ${skipped.at(-1)} were skipped.`;
  return `${skipped.slice(0, 2).join(", ")} and ${skipped.length - 2} more were skipped.`;
}

/** The failure as Markdown. Texts from outside stand in fences that they cannot close. */
export function failureMarkdown(runId: string, failed: RunFailure, isOver = true): string {
  const after = consequence(failed, isOver);
  const { failure, step, tries, remedy, at } = failed;
  const inputs = readInputs(failed).map(({ asset, partition, dataVersion }) => {
    return `- ${code(partition === undefined ? asset : `${asset}[${partition}]`)} ${code(dataVersion)}`;
  });
  const causes = failure.causes.map(({ code: errorCode, name, message }) => `caused by ${errorCode ?? name}: ${message}`);
  const trace = [`${failure.code ?? failure.name}: ${failure.message}`, ...failure.frames, ...causes].join("\n");
  return [
    `**${code(step)} failed** with ${code(failureKind(failed))} in run ${code(runId)}, ${new Date(at).toISOString()}, ${tries === 1 ? "1 try" : `${tries} tries`}.`,
    ...(remedy === undefined ? [] : ["", remedy]),
    "",
    fenced(trace),
    ...(inputs.length > 0 ? ["", "Inputs:", "", ...inputs] : []),
    ...(after === undefined ? [] : ["", after]),
    "",
  ].join("\n");
}

/** A code span around any text. */
function code(text: string): string {
  const line = text.replace(/\s+/g, " ");
  const ticks = "`".repeat(longestRun(line) + 1);
  const pad = line.startsWith("`") || line.endsWith("`") ? " " : "";
  return `${ticks}${pad}${line}${pad}${ticks}`;
}

function fenced(text: string): string {
  const fence = "`".repeat(Math.max(3, longestRun(text) + 1));
  return `${fence}\n${text}\n${fence}`;
}

const longestRun = (text: string): number => [...text.matchAll(/`+/g)].reduce((longest, [run]) => Math.max(longest, run.length), 0);

/** Failures with the same error of the same asset, such as those of several partitions. */
export interface FailureGroup {
  readonly first: RunFailure;
  /** The partitions, when there are several failures. */
  readonly partitions: readonly string[];
  readonly count: number;
}

/** One group for each asset and error, in the order of the first failure of each. */
export function groupFailures(failures: readonly RunFailure[]): readonly FailureGroup[] {
  const groups = Map.groupBy(failures, (failed) =>
    JSON.stringify([failed.asset ?? failed.step, failureKind(failed), failed.failure.message]),
  );
  return [...groups.values()].map((group) => ({
    first: group[0] as RunFailure,
    partitions: group.length > 1 ? group.flatMap(({ partition }) => partition ?? []) : [],
    count: group.length,
  }));
}

/** What failed: `alerts`, `hourly, 2018-02-06T18`, `hourly, 12 partitions`. */
export function whatFailed({ first, partitions, count }: FailureGroup): string {
  const name = first.asset ?? first.step;
  if (count === 1) return first.partition === undefined ? name : `${name}, ${first.partition}`;
  return partitions.length <= 3 ? `${name}, ${partitions.join(", ")}` : `${name}, ${count} partitions`;
}
