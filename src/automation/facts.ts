import { makeCondition } from "./make.ts";
import type { Condition, Subject } from "./types.ts";

/** Conditions on what is known of an asset now, or now and the last time. */

/** It was never made, and of an external asset: never observed. */
export function missing(): Condition {
  return makeCondition("missing", ({ subject }) => subject.places.filter((place) => subject.latest(place)?.lastDataVersion === undefined));
}

/** It was made by another version of its code. */
export function codeVersionChanged(): Condition {
  return makeCondition("code version changed", ({ subject: { places, codeVersion, latest } }) =>
    places.filter((place) => {
      const known = latest(place);
      return (
        codeVersion !== undefined && known?.lastMaterializationId !== undefined && known.lastMaterializationCodeVersion !== codeVersion
      );
    }),
  );
}

/** Its data has another version than the last time, or has one by now. Never true the first time. */
export function dataVersionChanged(): Condition {
  return changed("data version changed", (subject, place) => subject.latest(place)?.lastDataVersion);
}

/** It was made or observed since the last time, whatever came of it. Never true the first time. */
export function newlyUpdated(): Condition {
  return changed("newly updated", (subject, place) => subject.latest(place)?.lastEventId);
}

/** A run that goes on is to make it and has not yet. */
export function inProgress(): Condition {
  return makeCondition("in progress", ({ subject }) => subject.places.filter(subject.isInProgress));
}

/** The last try to make it has failed. */
export function executionFailed(): Condition {
  return makeCondition("execution failed", ({ subject }) =>
    subject.places.filter((place) => {
      const { lastFailureId = 0, lastMaterializationId = 0 } = subject.latest(place) ?? {};
      return lastFailureId > lastMaterializationId;
    }),
  );
}

function changed(label: string, look: (subject: Subject, place: string) => string | number | undefined): Condition {
  return makeCondition(label, ({ subject, before, remember }) => {
    const now = subject.places.flatMap((place) => {
      const value = look(subject, place);
      return value === undefined ? [] : [[place, value] as const];
    });
    remember(now);
    if (before === undefined) return [];
    const known = new Map(before as typeof now);
    return now.filter(([place, value]) => known.get(place) !== value).map(([place]) => place);
  });
}
