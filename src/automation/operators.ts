import { makeCondition } from "./make.ts";
import type { Condition } from "./types.ts";

/** Conditions made of conditions. */

/** All are true. */
export function and(...conditions: readonly Condition[]): Condition {
  return makeCondition("and", ({ subject, child }) => {
    const results = conditions.map((condition) => child(condition));
    return subject.places.filter((place) => results.every((places) => places.has(place)));
  });
}

/** One is true, or several are. */
export function or(...conditions: readonly Condition[]): Condition {
  return makeCondition("or", ({ subject, child }) => {
    const results = conditions.map((condition) => child(condition));
    return subject.places.filter((place) => results.some((places) => places.has(place)));
  });
}

/** It is not true. */
export function not(condition: Condition): Condition {
  return makeCondition("not", ({ subject, child }) => {
    const places = child(condition);
    return subject.places.filter((place) => !places.has(place));
  });
}

/** It is true of an asset that this one is made from, at a partition that it is made from. */
export function anyDepsMatch(condition: Condition): Condition {
  return makeCondition("any dependency", ({ subject, child }) => {
    const results = subject.dependencies.map(({ subject: upstream, placesOf }) => ({ placesOf, places: child(condition, upstream) }));
    return subject.places.filter((place) => results.some(({ placesOf, places }) => placesOf(place).some((each) => places.has(each))));
  });
}

/** It is true of every asset that this one is made from, at every partition that it is made from. */
export function allDepsMatch(condition: Condition): Condition {
  return makeCondition("all dependencies", ({ subject, child }) => {
    const results = subject.dependencies.map(({ subject: upstream, placesOf }) => ({ placesOf, places: child(condition, upstream) }));
    return subject.places.filter((place) => results.every(({ placesOf, places }) => placesOf(place).every((each) => places.has(each))));
  });
}

/** It is true now and was not the last time. */
export function newlyTrue(condition: Condition): Condition {
  return makeCondition("newly true", ({ child, before = [], remember }) => {
    const now = [...child(condition)];
    remember(now);
    const known = new Set(before as readonly string[]);
    return now.filter((place) => !known.has(place));
  });
}

/** It was true at some time since the asset was last asked to run, or was made. */
export function sinceLastHandled(condition: Condition): Condition {
  return makeCondition("since last handled", ({ subject, child, before = [], remember, handled, settled }) => {
    const now = child(condition);
    const known = new Set(before as readonly string[]);
    // What became true since, and then the asset was made by someone else, is handled; but not what that one did not see.
    const held = subject.places.filter((place) => (now.has(place) && !settled.has(place)) || (known.has(place) && !handled.has(place)));
    remember(held);
    return held;
  });
}
