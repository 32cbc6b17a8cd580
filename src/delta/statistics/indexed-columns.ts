import type { StructField, StructType } from "../schema/types.ts";

/** Which columns have statistics. */
export interface IndexedColumns {
  /**
   * `delta.dataSkippingNumIndexedCols`: the first so many columns, counted with the fields inside structs; -1 for all. Default: 32.
   */
  readonly indexedColumns?: number | undefined;
  /** `delta.dataSkippingStatsColumns`: their names, with points before fields inside structs. Default: those of `indexedColumns`. */
  readonly named?: readonly string[] | undefined;
}

/** The paths of the columns that have statistics, to fields without structs inside; lists and maps are one each. */
export function indexedLeaves(schema: StructType, { indexedColumns = 32, named }: IndexedColumns): readonly (readonly StructField[])[] {
  const leaves = leavesOf(schema);
  if (named !== undefined) return leaves.filter((path) => path.some((_, length) => named.includes(textOf(path.slice(0, length + 1)))));
  return indexedColumns < 0 ? leaves : leaves.slice(0, indexedColumns);
}

/** Reads the two properties of a table; what is no valid value counts as none. */
export function indexedColumnsOf(configuration: Readonly<Record<string, string>>): IndexedColumns {
  const count = configuration["delta.dataSkippingNumIndexedCols"] ?? "";
  const names = configuration["delta.dataSkippingStatsColumns"];
  return {
    indexedColumns: /^(?:-1|\d{1,9})$/.test(count) ? Number(count) : undefined,
    named: names?.match(/(?:`(?:[^`]|``)*`|[^,`])+/g)?.map(plainName),
  };
}

function leavesOf({ fields }: StructType): (readonly StructField[])[] {
  return fields.flatMap((field) => {
    const { type } = field;
    if (typeof type === "string" || type.type !== "struct") return [[field]];
    return leavesOf(type).map((path) => [field, ...path]);
  });
}

function textOf(path: readonly StructField[]): string {
  return path.map(({ name }) => name).join(".");
}

/** A name without the backticks around its parts. */
function plainName(name: string): string {
  return name.trim().replace(/`((?:[^`]|``)*)`/g, (_, part: string) => part.replaceAll("``", "`"));
}
