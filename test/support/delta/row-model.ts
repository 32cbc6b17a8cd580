import type { MergeOptions } from "../../../src/delta/merge/options.ts";
import { randomOf } from "../random.ts";

/** A row of the table that random operations change. */
export interface ModelRow {
  readonly id: number | null;
  readonly region: string | null;
  readonly n: number | null;
}

/** A condition as text, and what it is for a row; null is not known. */
export interface Condition<Rows extends readonly ModelRow[]> {
  readonly text: string;
  readonly of: (...rows: Rows) => boolean | null;
}

type OfRow = Condition<[ModelRow]>;
type OfPair = Condition<[source: ModelRow, target: ModelRow]>;

/** A value as text, and what it is for rows. */
interface Value<Rows extends readonly ModelRow[]> {
  readonly text: string;
  readonly of: (...rows: Rows) => number | null;
}

/** An operation on a table: how the table is asked for it, and what it makes of rows. */
export type ModelOperation =
  | { readonly kind: "append"; readonly rows: readonly ModelRow[] }
  | { readonly kind: "delete"; readonly where: OfRow }
  | { readonly kind: "update"; readonly where: OfRow; readonly n: Value<[ModelRow]> }
  | { readonly kind: "merge"; readonly source: readonly ModelRow[]; readonly options: MergeOptions; readonly merge: ModelMerge };

/** The parts of a merge; a clause that updates sets `n`. */
export interface ModelMerge {
  readonly predicate: OfPair;
  readonly where: OfRow | undefined;
  readonly matched: readonly { readonly when: OfPair; readonly n: Value<[ModelRow, ModelRow]> | "delete" | "all" }[];
  readonly notMatched: readonly { readonly when: OfRow; readonly n: Value<[ModelRow]> | "all" }[];
  readonly notMatchedBySource: readonly { readonly when: OfRow; readonly n: Value<[ModelRow]> | "delete" }[];
}

/** What an operation leaves; `refused` if it fails and changes nothing. */
export function applyOperation(rows: readonly ModelRow[], operation: ModelOperation): readonly ModelRow[] | "refused" {
  switch (operation.kind) {
    case "append":
      return [...rows, ...operation.rows];
    case "delete":
      return rows.filter((row) => operation.where.of(row) !== true);
    case "update":
      return rows.map((row) => (operation.where.of(row) === true ? { ...row, n: operation.n.of(row) } : row));
    case "merge":
      return applyMerge(rows, operation.source, operation.merge);
  }
}

function applyMerge(
  rows: readonly ModelRow[],
  source: readonly ModelRow[],
  { predicate, where, matched, notMatched, notMatchedBySource }: ModelMerge,
): readonly ModelRow[] | "refused" {
  const used = new Set<ModelRow>();
  const onlyDeletes = matched.every(({ n, when }) => n === "delete" && when.text === "TRUE");
  const written: ModelRow[] = [];
  const result: ModelRow[] = [];
  for (const row of rows) {
    if (where !== undefined && where.of(row) !== true) {
      result.push(row);
      continue;
    }
    const matches = source.filter((each) => predicate.of(each, row) === true);
    for (const each of matches) used.add(each);
    if (matches.length > 1 && !onlyDeletes) return "refused";
    const [match] = matches;
    if (match === undefined) {
      const clause = notMatchedBySource.find(({ when }) => when.of(row) === true);
      if (clause?.n === "delete") continue;
      if (clause !== undefined) written.push({ ...row, n: clause.n.of(row) });
      else result.push(row);
      continue;
    }
    const clause = matched.find(({ when }) => when.of(match, row) === true);
    if (clause?.n === "delete") continue;
    if (clause === undefined) result.push(row);
    else written.push(clause.n === "all" ? match : { ...row, n: clause.n.of(match, row) });
  }
  for (const row of source.filter((each) => !used.has(each))) {
    const clause = notMatched.find(({ when }) => when.of(row) === true);
    if (clause !== undefined) written.push(clause.n === "all" ? row : { id: row.id, region: null, n: clause.n.of(row) });
  }
  return where !== undefined && written.some((row) => where.of(row) !== true) ? "refused" : [...result, ...written];
}

const regions = ["a", "b", null];

/** Deals random operations, and the rows for them. */
export class OperationDealer {
  readonly #random: () => number;

  constructor(seed: number) {
    this.#random = randomOf(seed);
  }

  next(): ModelOperation {
    const kind = this.#one(["append", "delete", "update", "merge", "merge", "merge"] as const);
    if (kind === "append") return { kind, rows: this.#rows(6) };
    if (kind === "delete") return { kind, where: this.#condition("") };
    if (kind === "update") return { kind, where: this.#condition(""), n: this.#value("") };
    return this.#merge();
  }

  #merge(): ModelOperation {
    const all = always;
    const source = this.#rows(5);
    const where = this.#random() < 0.3 ? this.#one([regionIs("t.", "a"), regionIs("t.", "b")]) : undefined;
    const predicate = this.#one(predicates);
    const mergeType = this.#one([
      "upsert",
      "deduplicateInsert",
      "updateOnly",
      "replaceDeleteUnmatched",
      "custom",
      "custom",
      "custom",
    ] as const);
    const base = { predicate: predicate.text, ...(where === undefined ? {} : { where: where.text }) };
    const updateAll = { when: always, n: "all" } as const;
    const parts = { predicate, where, matched: [], notMatched: [], notMatchedBySource: [] };
    switch (mergeType) {
      case "upsert":
        return {
          kind: "merge",
          source,
          options: { ...base, mergeType },
          merge: { ...parts, matched: [updateAll], notMatched: [updateAll] },
        };
      case "deduplicateInsert":
        return { kind: "merge", source, options: { ...base, mergeType }, merge: { ...parts, notMatched: [updateAll] } };
      case "updateOnly":
        return { kind: "merge", source, options: { ...base, mergeType }, merge: { ...parts, matched: [updateAll] } };
      case "replaceDeleteUnmatched": {
        const merge: ModelMerge = { ...parts, matched: [updateAll], notMatchedBySource: [{ when: all, n: "delete" }] };
        return { kind: "merge", source, options: { ...base, mergeType }, merge };
      }
      case "custom":
        return this.#custom(source, base, parts);
    }
  }

  #custom(source: readonly ModelRow[], base: { readonly predicate: string; readonly where?: string }, parts: ModelMerge): ModelOperation {
    const some = <Clause>(clause: () => Clause): readonly Clause[] => (this.#random() < 0.5 ? [clause()] : []);
    const matchedUpdate = some(() => ({ when: this.#pairCondition(), n: sumOfBoth }));
    const matchedUpdateAll = some(() => ({ when: this.#pairCondition(), n: "all" as const }));
    const matchedDelete = some(() => ({ when: this.#pairCondition(), n: "delete" as const }));
    const notMatchedInsert = some(() => ({ when: this.#condition("s."), n: this.#value("s.") }));
    const notMatchedInsertAll = some(() => ({ when: this.#condition("s."), n: "all" as const }));
    const bySourceDelete = some(() => ({ when: this.#condition("t."), n: "delete" as const }));
    // One clause at least.
    const bySourceUpdate = [{ when: this.#condition("t."), n: this.#value("t.") }];
    const predicate = ({ when }: { readonly when: { readonly text: string } }) => (when.text === "TRUE" ? {} : { predicate: when.text });
    const options: MergeOptions = {
      ...base,
      mergeType: "custom",
      operations: {
        matchedUpdate: matchedUpdate.map((clause) => ({ ...predicate(clause), updates: { n: clause.n.text } })),
        matchedUpdateAll: matchedUpdateAll.map(predicate),
        matchedDelete: matchedDelete.map(predicate),
        notMatchedInsert: notMatchedInsert.map((clause) => ({ ...predicate(clause), updates: { id: "s.id", n: clause.n.text } })),
        notMatchedInsertAll: notMatchedInsertAll.map(predicate),
        notMatchedBySourceDelete: bySourceDelete.map(predicate),
        notMatchedBySourceUpdate: bySourceUpdate.map((clause) => ({ ...predicate(clause), updates: { n: clause.n.text } })),
      },
    };
    const merge: ModelMerge = {
      ...parts,
      matched: [...matchedUpdate, ...matchedUpdateAll, ...matchedDelete],
      notMatched: [...notMatchedInsert, ...notMatchedInsertAll],
      notMatchedBySource: [...bySourceDelete, ...bySourceUpdate],
    };
    return { kind: "merge", source, options, merge };
  }

  #rows(most: number): readonly ModelRow[] {
    const count = Math.floor(this.#random() * (most + 1));
    return Array.from({ length: count }, () => ({ id: this.#number(12), region: this.#one(regions), n: this.#number(6) }));
  }

  #condition(prefix: string): OfRow {
    const [least, region] = [this.#number(12) ?? 6, this.#one(["a", "b"])];
    return this.#one<OfRow>([
      { text: `${prefix}id < ${least}`, of: ({ id }) => (id === null ? null : id < least) },
      { text: `NOT (${prefix}n > 2)`, of: ({ n }) => (n === null ? null : !(n > 2)) },
      {
        text: `${prefix}n IS NULL OR ${prefix}id IN (1, 3, ${least})`,
        of: ({ n, id }) => n === null || (id === null ? null : [1, 3, least].includes(id)),
      },
      {
        text: `${prefix}region = '${region}' AND ${prefix}n % 2 = 0`,
        of: ({ region: own, n }) => and(own === null ? null : own === region, n === null ? null : n % 2 === 0),
      },
      regionIs(prefix, region),
      always,
    ]);
  }

  #pairCondition(): OfPair {
    return this.#one<OfPair>([
      always,
      { text: "s.n > t.n", of: (s, t) => (s.n === null || t.n === null ? null : s.n > t.n) },
      { text: "t.region = 'a'", of: (_, { region }) => (region === null ? null : region === "a") },
    ]);
  }

  #value(prefix: string): Value<[ModelRow]> {
    return this.#one<Value<[ModelRow]>>([
      { text: `${prefix}n + 1`, of: ({ n }) => (n === null ? null : n + 1) },
      { text: `coalesce(${prefix}n, ${prefix}id, 0)`, of: ({ n, id }) => n ?? id ?? 0 },
      { text: "NULL", of: () => null },
    ]);
  }

  #number(below: number): number | null {
    return this.#random() < 0.1 ? null : Math.floor(this.#random() * below);
  }

  #one<Value>(values: readonly Value[]): Value {
    return values[Math.floor(this.#random() * values.length)] as Value;
  }
}

const always = { text: "TRUE", of: () => true };

const sumOfBoth: Value<[ModelRow, ModelRow]> = { text: "s.n + t.n", of: (s, t) => (s.n === null || t.n === null ? null : s.n + t.n) };

function regionIs(prefix: string, region: string): OfRow {
  return { text: `${prefix}region = '${region}'`, of: ({ region: own }) => (own === null ? null : own === region) };
}

function and(...values: readonly (boolean | null)[]): boolean | null {
  return values.includes(false) ? false : values.includes(null) ? null : true;
}

function equal(a: number | string | null, b: number | string | null): boolean | null {
  return a === null || b === null ? null : a === b;
}

const predicates: readonly OfPair[] = [
  { text: "s.id = t.id", of: (s, t) => equal(s.id, t.id) },
  { text: "s.id = t.id AND s.region <=> t.region", of: (s, t) => and(equal(s.id, t.id), s.region === t.region) },
  { text: "s.id = t.id AND t.n > 1", of: (s, t) => and(equal(s.id, t.id), t.n === null ? null : t.n > 1) },
  {
    text: "s.id = t.id AND s.n > 1 AND s.n <> t.n",
    of: (s, t) => and(equal(s.id, t.id), s.n === null ? null : s.n > 1, s.n === null || t.n === null ? null : s.n !== t.n),
  },
  {
    text: "s.id + 1 = t.id AND s.region = t.region",
    of: (s, t) => and(s.id === null || t.id === null ? null : s.id + 1 === t.id, equal(s.region, t.region)),
  },
  {
    text: "s.id > t.id AND t.id > 9",
    of: (s, t) => and(s.id === null || t.id === null ? null : s.id > t.id, t.id === null ? null : t.id > 9),
  },
  { text: "FALSE", of: () => false },
];
