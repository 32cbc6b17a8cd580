import * as fc from "fast-check";

const keys = fc.oneof(
  fc.string({ unit: "binary", maxLength: 4 }),
  fc.constantFrom("a", "a.b", "a\\b", "a\\.b", "", "0", "1", "10", "4294967295", "constructor", "prototype", "length", "toString"),
);

const hostileKeys = fc.constantFrom("__proto__", "constructor", "prototype");

/** What superjson keeps, without any object in two places. */
const leaf = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.constantFrom("\ud800", "\udc00x", '"', "\\", "\u0000", "\u007f", "\u2028", "é", "😀".repeat(30), "a".repeat(70)),
  fc.double(),
  fc.integer(),
  fc.constantFrom(-0, 0, Number.NaN, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1e21, 5e-324, 2 ** 53, -1),
  fc.bigInt({ min: -3n, max: 3n }),
  fc.bigInt(),
  fc.boolean(),
  fc.constantFrom(null, undefined),
  fc.date({ noInvalidDate: true }),
  fc.constantFrom("https://example.com/a?b#c", "data:,x").map((url) => new URL(url)),
  fc.constantFrom("a", "(?:)", "\\/", "[/]").map((source) => new RegExp(source, "gi")),
  fc.uint8Array({ maxLength: 20 }),
  fc.int32Array({ maxLength: 5 }),
);

/** What only we keep. */
const ourLeaf = fc.oneof(
  fc.float64Array({ maxLength: 40 }),
  fc.float32Array({ maxLength: 5 }),
  fc.bigInt64Array({ maxLength: 5 }),
  fc.uint8Array({ minLength: 250, maxLength: 300 }),
  fc.uint8Array({ maxLength: 5 }).map((bytes) => bytes.buffer),
  fc.uint8Array({ maxLength: 5 }).map((bytes) => new DataView(bytes.buffer)),
  fc.string().map((text) => new URLSearchParams({ text })),
  fc.constant(new Date(Number.NaN)).map((date) => new Date(date)),
);

/** What is kept in forms of its own, or refused. */
const oddLeaf = fc.oneof(
  fc.constantFrom(...["", "frozen", "named"].map((text) => new DOMException(text, "AbortError"))),
  fc.constantFrom(() => 1, Symbol("unregistered"), Symbol.iterator, new (class Odd {})(), Object(1), Promise.resolve(), new WeakMap()),
  fc.string().map((text) => Object.assign(new Date(0), text === "" ? {} : { [text]: 1 })),
  fc.uint8Array({ minLength: 8, maxLength: 24 }).map(({ buffer }) => [new Uint8Array(buffer, 1, 4), new DataView(buffer, 2), buffer]),
  fc.float64Array({ maxLength: 3, noNaN: false }).map((array) => Object.assign(array, array.length === 1 ? { extra: 1 } : {})),
  fc
    .string()
    .map((text) =>
      text === ""
        ? new Error()
        : Object.defineProperty(new RangeError(text), "hidden", { value: text, writable: true, configurable: true }),
    ),
  fc.string().map((name) => Object.defineProperty({ a: 1 }, name, { get: () => name, enumerable: name !== "b" })),
  fc.boolean().map((isHidden) => Object.defineProperty([1, 2], 1, { value: 3, enumerable: !isHidden })),
  fc.string().map((key) => Object.defineProperty({ [key]: 1 }, "toJSON", { value: () => 5, enumerable: key === "" })),
);

/** Small instructions of which a graph is made: objects of every kind, whose parts are leaves or earlier or later objects. */
interface Instruction {
  readonly kind: number;
  readonly parts: readonly (readonly [key: string, leaf: unknown, link: number])[];
}

function instructions(leaves: fc.Arbitrary<unknown>, names: fc.Arbitrary<string>, kinds: number): fc.Arbitrary<Instruction[]> {
  const part = fc.tuple(names, leaves, fc.integer({ min: -12, max: 11 }));
  return fc.array(fc.record({ kind: fc.nat({ max: kinds - 1 }), parts: fc.array(part, { maxLength: 4 }) }), { minLength: 1, maxLength: 8 });
}

function build(list: readonly Instruction[]): unknown {
  const objects = list.map(({ kind }) => make(kind));
  for (const [index, { parts }] of list.entries()) {
    for (const [key, own, link] of parts)
      fill(objects[index] as object, key, link < 0 ? own : objects[link % objects.length], objects[(link + 13) % objects.length]);
  }
  return objects[0];
}

function make(kind: number): object {
  switch (kind) {
    case 0:
      return {};
    case 1:
      return [];
    case 2:
      return new Map();
    case 3:
      return new Set();
    case 4:
      return new Error("plain");
    case 5:
      return Object.create(null) as object;
    case 6:
      return new TypeError("typed");
    case 7:
      return new AggregateError([], "several");
    case 8:
      return Object.assign([], { length: 3 });
    case 9:
      return Array.from({ length: 20 }, (_, index) => index);
    case 10:
      return new Error();
    default:
      return new SyntaxError("odd");
  }
}

function fill(object: object, key: string, value: unknown, other: unknown): void {
  if (Array.isArray(object)) object.push(value);
  else if (object instanceof Map) object.set(key.length % 2 ? value : key, key.length % 3 ? value : other);
  else if (object instanceof Set) object.add(value);
  else if (object instanceof AggregateError) object.errors.push(value);
  else if (object instanceof Error)
    Object.defineProperty(object, "cause", { value, configurable: true, writable: true, enumerable: false });
  else Object.defineProperty(object, key, { value, configurable: true, writable: true, enumerable: true });
}

/** Values of the kinds that superjson has, shared and circular. */
export const superjsonGraph: fc.Arbitrary<unknown> = instructions(leaf, keys, 5).map(build);

/** Values of all kinds that are kept. */
export const graph: fc.Arbitrary<unknown> = instructions(fc.oneof(leaf, ourLeaf), fc.oneof(keys, hostileKeys), 9).map(build);

/** Values of every kind, some of which are refused, open or closed. */
export const anything: fc.Arbitrary<unknown> = fc
  .tuple(instructions(fc.oneof(leaf, ourLeaf, oddLeaf), fc.oneof(keys, hostileKeys), 12), fc.array(fc.nat({ max: 3 }), { maxLength: 4 }))
  .map(([list, closings]) => {
    const root = build(list);
    const parts = [root, ...(typeof root === "object" && root !== null ? Object.values(root) : [])];
    for (const [index, closing] of closings.entries()) close(parts[index % parts.length], closing);
    return root;
  });

function close(value: unknown, how: number): void {
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return;
  if (how === 1) Object.freeze(value);
  else if (how === 2) Object.seal(value);
  else if (how === 3) Object.preventExtensions(value);
}
