/**
 * What text from an environment is turned into before it is validated:
 *
 * | kind | text |
 * |-|-|
 * | `text` | is kept |
 * | `number` | what `Number` reads; not empty, not NaN |
 * | `bigint` | digits, with a sign or without |
 * | `boolean` | `true, 1, yes, on` or `false, 0, no, off`, in any case |
 * | `date` | an ISO 8601 date, or date and time |
 * | `json` | JSON: an array or an object |
 * | `set` | JSON: an array |
 * | `map` | JSON: an object, or an array of pairs |
 * | `null` | the word `null` |
 * | `value` | has no text: a store, a function, a binding; passed as it is |
 */
export type FieldKind = "text" | "number" | "bigint" | "boolean" | "date" | "json" | "set" | "map" | "null" | "value";

/** What is known of a setting, or of what is inside it, before it is validated. */
export interface Shape {
  /** What its text may mean, tried in this order. */
  readonly kinds: readonly FieldKind[];
  /** Tells which of several meanings the schema takes; the first that can be read when it is absent. */
  readonly accepts?: ((value: unknown) => boolean) | undefined;
  /** The settings inside, of an object. */
  readonly fields?: Fields | undefined;
  /** The shape of an item of an array or tuple, or of a value of a record. */
  readonly item?: ((key: string) => Shape | undefined) | undefined;
  /** Takes names that are not among `fields`. */
  readonly isOpen?: boolean | undefined;
  /** The author gave something to fall back to, so text that cannot be read is no problem. */
  readonly hasFallback?: boolean | undefined;
}

/** The settings of an object by name, in its order. */
export type Fields = ReadonlyMap<string, Shape>;

/** One shape for a value that has any of several: kinds in the order of the members, names of all of them. */
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
    item: items.length > 0 ? (key) => anyOf(items.flatMap((item) => item(key) ?? [])) : undefined,
    isOpen: members.some(({ isOpen, item }) => isOpen || item !== undefined),
  };
}
