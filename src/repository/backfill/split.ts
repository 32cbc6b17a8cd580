import type { PartitionLoadingContext } from "../../partition/partitions-definition.ts";
import { loadedIds, loadOf, outputIds, type Plan, type Step } from "../../run/plan.ts";
import type { BackfillPart } from "../../storage/backfill-record.ts";

/** What is made together: the outputs of one function for one partition, or without partitions. */
interface Unit {
  readonly names: readonly string[];
  /** The display form of the partition; null without partitions. */
  readonly key: string | null;
  /** The ids of what it loads, as far as the same plan makes it. */
  readonly loads: readonly string[];
  readonly ids: readonly string[];
}

/** Units of one partition that need nothing but each other and the units of smaller levels. */
interface Group {
  readonly level: number;
  readonly units: Unit[];
}

/**
 * Splits a plan into the runs of a backfill. What is made of the same partition stays in one run as far as possible, in the order
 * in which the partitions were given. A run only needs runs with smaller numbers.
 *
 * @param size how many partitions a run makes at most
 */
export function splitPlan(plan: Plan, size: number, loadingContext: PartitionLoadingContext, startTime: number): readonly BackfillPart[] {
  const units = unitsOf(plan, loadingContext);
  const groups = groupsOf(units);
  const parts: Unit[][] = [];
  for (const slice of slicesOf(groups, size)) parts.push(slice.flatMap((group) => group.units));
  const partOf = new Map<string, number>();
  for (const [index, part] of parts.entries()) for (const { ids } of part) for (const id of ids) partOf.set(id, index);
  return parts.map((part, index): BackfillPart => {
    const outputs = new Map<string, string[] | null>();
    const after = new Set<number>();
    for (const { names, key, loads } of part) {
      for (const name of names) {
        const keys = outputs.get(name) ?? (key === null ? null : []);
        if (key !== null) keys?.push(key);
        outputs.set(name, keys);
      }
      for (const id of loads) after.add(partOf.get(id) ?? index);
    }
    after.delete(index);
    return { startTime, outputs: [...outputs], after: [...after].sort((left, right) => left - right) };
  });
}

/** The units of a plan. A step for several partitions is taken apart: each partition has its own inputs. */
function unitsOf(plan: Plan, loadingContext: PartitionLoadingContext): readonly Unit[] {
  const made = new Set(plan.flatMap((step) => outputIds(step)));
  return plan.flatMap((step) => {
    const { computation, outputs, keys } = step;
    const names = outputs.map(({ name }) => name);
    return (keys?.map((key) => [key]) ?? [undefined]).map((own): Unit => {
      const alone: Pick<Step, "computation" | "outputs" | "keys" | "loads"> =
        keys === undefined || keys.length === 1
          ? step
          : { computation, outputs, keys: own, loads: computation.inputs.map((spec) => loadOf(spec, computation, own, loadingContext)) };
      const loads = [...loadedIds(alone)].filter((id) => made.has(id));
      return { names, key: own === undefined ? null : String(own[0]), loads, ids: outputIds(alone) };
    });
  });
}

/** Groups units by partition, ordered by level: a group loads only from itself and from smaller levels. */
function groupsOf(units: readonly Unit[]): readonly Group[] {
  const levels = levelsOf(units);
  const groups = new Map<string, Group>();
  for (const unit of units) {
    const level = levels.get(unit) ?? 0;
    const name = JSON.stringify([level, unit.key]);
    const group = groups.get(name) ?? { level, units: [] };
    groups.set(name, group);
    group.units.push(unit);
  }
  // The sort keeps the order of the plan within a level.
  return [...groups.values()].sort((left, right) => left.level - right.level);
}

/** How often a path to each unit changes from one partition to another, at most. */
function levelsOf(units: readonly Unit[]): ReadonlyMap<Unit, number> {
  const makers = new Map(units.flatMap((unit) => unit.ids.map((id) => [id, unit] as const)));
  const dependents = new Map<Unit, Unit[]>();
  const waitingFor = new Map<Unit, number>();
  for (const unit of units) {
    const upstream = new Set(unit.loads.map((id) => makers.get(id) as Unit));
    waitingFor.set(unit, upstream.size);
    for (const each of upstream) {
      const known = dependents.get(each) ?? [];
      dependents.set(each, known);
      known.push(unit);
    }
  }
  const levels = new Map<Unit, number>();
  const ready = units.filter((unit) => waitingFor.get(unit) === 0);
  for (const unit of ready) {
    const level = levels.get(unit) ?? 0;
    levels.set(unit, level);
    for (const dependent of dependents.get(unit) ?? []) {
      levels.set(dependent, Math.max(levels.get(dependent) ?? 0, dependent.key === unit.key ? level : level + 1));
      const left = (waitingFor.get(dependent) ?? 0) - 1;
      waitingFor.set(dependent, left);
      if (left === 0) ready.push(dependent);
    }
  }
  return levels;
}

/**
 * Cuts groups into runs of at most so many partitions. A large level begins a run of its own, so that its runs do not wait for each
 * other; small ones, such as those of partitions that each need the one before, share runs.
 */
function slicesOf(groups: readonly Group[], size: number): readonly (readonly Group[])[] {
  const count = new Map<number, number>();
  for (const { level } of groups) count.set(level, (count.get(level) ?? 0) + 1);
  const isLarge = (level: number): boolean => (count.get(level) ?? 0) >= size;
  const slices: Group[][] = [];
  let last: Group | undefined;
  for (const group of groups) {
    const slice = slices.at(-1);
    const isCut = last !== undefined && last.level !== group.level && (isLarge(last.level) || isLarge(group.level));
    if (slice === undefined || slice.length >= size || isCut) slices.push([group]);
    else slice.push(group);
    last = group;
  }
  return slices;
}
