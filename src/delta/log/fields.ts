import { wrongField } from "./damage.ts";

/** The fields of an action as a log or a checkpoint has them. Whole numbers are `number` or `bigint`; maps are objects or pairs. */
export type Fields = Readonly<Record<string, unknown>>;

/** The fields of a struct. */
export function structOf(name: string, value: unknown): Fields {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw wrongField(name, value, "an object");
  return value as Fields;
}

/** A text that must be there. */
export function textOf(name: string, value: unknown): string {
  if (typeof value !== "string") throw wrongField(name, value, "a string");
  return value;
}

/** A text, if there is one. */
export function optionalText(name: string, value: unknown): string | undefined {
  return value === undefined || value === null ? undefined : textOf(name, value);
}

/** A whole number that a `number` holds. */
export function wholeOf(
  name: string,
  value: unknown,
  least: number = Number.MIN_SAFE_INTEGER,
  most: number = Number.MAX_SAFE_INTEGER,
): number {
  const number = typeof value === "bigint" ? Number(value) : value;
  if (Number.isSafeInteger(number) && (number as number) >= least && (number as number) <= most) return number as number;
  throw wrongField(name, value, `a whole number from ${least} to ${most}`);
}

/** A whole number, if there is one. */
export function optionalWhole(name: string, value: unknown, least?: number, most?: number): number | undefined {
  return value === undefined || value === null ? undefined : wholeOf(name, value, least, most);
}

/** A whole number of 64 bits. */
export function longOf(name: string, value: unknown): bigint {
  const long = typeof value === "bigint" ? value : Number.isSafeInteger(value) ? BigInt(value as number) : undefined;
  if (long === undefined || BigInt.asIntN(64, long) !== long) throw wrongField(name, value, "a whole number of 64 bits");
  return long;
}

/** A whole number of 64 bits, if there is one. */
export function optionalLong(name: string, value: unknown): bigint | undefined {
  return value === undefined || value === null ? undefined : longOf(name, value);
}

/** True or false; what is missing is the default. */
export function flagOf(name: string, value: unknown, missing: boolean): boolean {
  if (value === undefined || value === null) return missing;
  if (typeof value !== "boolean") throw wrongField(name, value, "true or false");
  return value;
}

/** A list of texts, if there is one. */
export function optionalTexts(name: string, value: unknown): readonly string[] | undefined {
  if (value === undefined || value === null) return undefined;
  if (!Array.isArray(value) || !value.every((item) => typeof item === "string")) throw wrongField(name, value, "an array of strings");
  return value;
}

/** A map of texts; what is missing is empty. */
export function mapOf(name: string, value: unknown): Readonly<Record<string, string>> {
  return mapTo(name, value, "strings", (item): item is string => typeof item === "string");
}

/** A map of texts and nulls; what is missing is empty. */
export function nullableMapOf(name: string, value: unknown): Readonly<Record<string, string | null>> {
  return mapTo(name, value, "strings and nulls", (item): item is string | null => item === null || typeof item === "string");
}

/** The object is the one that was read, when all of it is right: a log has hundreds of thousands of them. */
function mapTo<Item>(
  name: string,
  value: unknown,
  items: string,
  accepts: (item: unknown) => item is Item,
): Readonly<Record<string, Item>> {
  if (value === undefined || value === null) return {};
  const record = (Array.isArray(value) ? recordOf(name, value) : structOf(name, value)) as Record<string, Item>;
  for (const key in record) if (!accepts(record[key])) throw wrongField(`${name}.${key}`, record[key], items);
  return record;
}

function recordOf(name: string, pairs: readonly unknown[]): Fields {
  for (const pair of pairs) if (!Array.isArray(pair) || typeof pair[0] !== "string") throw wrongField(name, pair, "a key and a value");
  return Object.fromEntries(pairs as readonly (readonly [string, unknown])[]);
}
