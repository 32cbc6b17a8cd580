import type { Inspection, Preview, PreviewQuery } from "../../../../src/inspector/inspection.ts";
import type { Question } from "../../../state/resources.ts";

/** Which value is looked at. */
export interface ValueOf {
  readonly name: string;
  readonly partition?: string;
  readonly version?: number;
  /** How many bytes may be read, when that was raised. */
  readonly maxBytes?: number;
  /** Only so many rows, of a value that is too large. */
  readonly firstRows?: number;
}

/** Rows of a table are asked for by this many. */
export const pageRows = 200;

/** The question for a preview. It is asked again when the newest value changes; that of a version stays. */
export function previewQuestion(
  inspection: Inspection,
  { name, partition, version, maxBytes, firstRows }: ValueOf,
  query: PreviewQuery = {},
): Question<Preview> {
  const whole: PreviewQuery = {
    ...query,
    ...(partition !== undefined && { partition }),
    ...(version !== undefined && { version }),
    ...(maxBytes !== undefined && { maxBytes }),
    ...(firstRows !== undefined && { firstRows }),
  };
  return {
    key: `preview ${JSON.stringify([name, whole])}`,
    load: (signal) => inspection.preview(name, { ...whole, signal }),
    isTouched: ({ events }) =>
      version === undefined &&
      events.some(
        ({ asset, type, partition: key }) => asset === name && type !== "StepStart" && (partition === undefined || key === partition),
      ),
  };
}
