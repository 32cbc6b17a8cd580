/**
 * The kind of a setting: how text from an environment is converted before it is validated.
 *
 * | kind | accepted text |
 * |-|-|
 * | `text` | any; it stays as it is |
 * | `number` | what `Number` parses, except empty text and NaN |
 * | `bigint` | digits with an optional sign |
 * | `boolean` | `true, 1, yes, on` or `false, 0, no, off`; case does not matter |
 * | `date` | an ISO 8601 date, or date and time |
 * | `json` | JSON: an array or an object |
 * | `set` | JSON: an array |
 * | `map` | JSON: an object, or an array of pairs |
 * | `null` | the word `null` |
 * | `value` | none: the setting is a store, a function or a binding, and is passed as it is |
 */
export type FieldKind = "text" | "number" | "bigint" | "boolean" | "date" | "json" | "set" | "map" | "null" | "value";

/** What is known about a setting before it is validated. */
export interface Shape {
  /** The kinds that its text may be of, tried in this order. */
  readonly kinds: readonly FieldKind[];
  /** Returns whether the schema accepts a converted value; decides between several kinds. */
  readonly accepts?: ((value: unknown) => boolean) | undefined;
  /** The settings inside an object. */
  readonly fields?: Fields | undefined;
  /** Returns the shape of an item of an array or tuple, or of a value of a record. */
  readonly item?: ((key: string) => Shape | undefined) | undefined;
  /** Whether `item` is for values of any name, as in a record, so that each has a variable of its own. */
  readonly isRecord?: boolean | undefined;
  /** Whether names that are not among `fields` are allowed. */
  readonly isOpen?: boolean | undefined;
  /** Whether the schema has a fallback, so that text that cannot be converted is not a problem. */
  readonly hasFallback?: boolean | undefined;
}

/** The settings of an object by name, in the order of the schema. */
export type Fields = ReadonlyMap<string, Shape>;

/** Returns the shape of a union: the kinds of all members in order, and the fields of all members. */
export function anyOf(members: readonly Shape[]): Shape {
  const [only] = members;
  if (only !== undefined && members.length === 1) return only;
  const inside = members.filter(({ fields }) => fields !== undefined);
  const items = members.flatMap(({ item }) => item ?? []);
  const names = new Set(inside.flatMap(({ fields }) => [...(fields?.keys() ?? [])]));
  const shapesOf = (name: string): Shape[] => inside.flatMap(({ fields }) => fields?.get(name) ?? []);
  return {
    kinds: [...new Set(members.flatMap(({ kinds }) => kinds))],
    accepts: (value) => members.some(({ accepts }) => accepts?.(value) ?? true),
    fields: inside.length > 0 ? new Map([...names].map((name) => [name, anyOf(shapesOf(name))])) : undefined,
    isRecord: members.some(({ isRecord }) => isRecord),
    item: items.length > 0 ? (key) => anyOf(items.flatMap((item) => item(key) ?? [])) : undefined,
    isOpen: members.some(({ isOpen, item }) => isOpen || item !== undefined),
  };
}
