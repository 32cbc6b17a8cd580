/** What the screen of partitions is drawn from: an answer, and what is worked out of it once. */
import type { InspectedStatus, PartitionsView } from "../../../src/inspector/inspection.ts";
import type { Steps } from "../../state/slices.ts";
import { type MeasureFacts, measureFacts, rowSummary, type Shades, shadesOf } from "./measure.ts";
import type { Ranges } from "./ranges.ts";
import { rangesOf, statusLookup, toMake } from "./statuses.ts";
import { type Strip, stripOf } from "./strip.ts";

export interface PartitionsModel {
  readonly view: PartitionsView;
  readonly strip: Strip;
  readonly statusAt: (position: number) => InspectedStatus;
  /** What a backfill of what is missing makes. */
  readonly lacking: Ranges;
  /** Undefined when the view has no measure. */
  readonly measured: Measured | undefined;
}

/** A measure of partitions, and how it is told. */
export interface Measured {
  readonly name: string;
  readonly values: readonly (number | null)[];
  readonly shades: Shades;
  /** Undefined when nothing is known. */
  readonly facts: MeasureFacts | undefined;
  /** How the values of a row are put together. */
  readonly how: ReturnType<typeof rowSummary>;
}

export function* modelOf(view: PartitionsView): Steps<PartitionsModel> {
  const strip = yield* stripOf(view.shape, view.total);
  const measured = view.measure && (yield* measuredOf(view.measure));
  return { view, strip, statusAt: statusLookup(view.statuses), lacking: rangesOf(view.statuses, toMake), measured };
}

function* measuredOf({ name, values }: NonNullable<PartitionsView["measure"]>): Steps<Measured> {
  const shades = yield* shadesOf(values);
  yield;
  return { name, values, shades, facts: measureFacts(values), how: rowSummary(name, values) };
}
