/**
 * Texts and values that are small and would take long, or much memory, if anything were more than linear: amplifiers,
 * quadratic inputs and bombs. None has more than a megabyte.
 */
import { superjsonSerializer, withGzip } from "edgewater/serializer";

type Bytes = Uint8Array<ArrayBuffer>;

export interface Hostile {
  readonly name: string;
  /** Prepares it, and returns what is to be measured. */
  readonly prepare: () => Promise<() => unknown>;
}

const serializer = superjsonSerializer();
const encoder = new TextEncoder();

function text(name: string, make: () => string): Hostile {
  return {
    name,
    prepare: async () => {
      const bytes = encoder.encode(make());
      if (bytes.length > 1_100_000) throw new Error(`${name} has ${bytes.length} bytes`);
      return () => serializer.decode(bytes);
    },
  };
}

function value(name: string, make: () => unknown): Hostile {
  return {
    name,
    prepare: async () => {
      const made = make();
      return () => serializer.encode(made);
    },
  };
}

const list = (count: number, make: (index: number) => string): string => Array.from({ length: count }, (_, index) => make(index)).join(",");
const annotated = (json: string, values: string): string => `{"json":${json},"meta":{"values":${values},"v":1}}`;
const all = (count: number, raw: (index: number) => string, type: string): string =>
  annotated(
    `{${list(count, (index) => `"k${index}":${raw(index)}`)}}`,
    `{${list(count, (index) => `"k${index}":[${type.replace("%", String(index))}]`)}}`,
  );

/** A container by hand: annotations that no serializer would write. */
function container(textBytes: Bytes, buffer: Bytes): Bytes {
  const start = 24 + 16;
  const offset = Math.ceil((start + textBytes.length) / 8) * 8;
  const bytes = new Uint8Array(offset + buffer.length);
  const view = new DataView(bytes.buffer);
  bytes.set([0x93, 0x45, 0x57, 0x53, 0x4a, 0x0d, 0x0a, 0x1a]);
  view.setUint32(8, 1, true);
  view.setUint32(12, 1, true);
  view.setBigUint64(16, BigInt(textBytes.length), true);
  view.setBigUint64(24, BigInt(offset), true);
  view.setBigUint64(32, BigInt(buffer.length), true);
  bytes.set(textBytes, start);
  bytes.set(buffer, offset);
  return bytes;
}

function naming(count: number, type: string): Hostile {
  return {
    name: `a buffer that is named ${count} times by ${type}`,
    prepare: async () => {
      const bytes = container(encoder.encode(all(count, () => "0", type)), new Uint8Array(500_000));
      return () => serializer.decode(bytes);
    },
  };
}

export const hostile: readonly Hostile[] = [
  text("a text of a million characters", () => `{"json":"${"x".repeat(1_000_000)}"}`),
  text("a text of a million characters beside a date", () =>
    annotated(`["${"x".repeat(900_000)}","1970-01-01T00:00:00.000Z"]`, '{"1":["Date"]}'),
  ),
  text("arrays of ten million holes", () => all(10_000, () => "{}", '["edgewater","Array",10000000]')),
  text("arrays of a thousand holes", () => all(15_000, () => "{}", '["edgewater","Array",1000]')),
  text("a sparse array of many elements", () =>
    annotated(`{${list(60_000, (index) => `"${3 * index}":1`)}}`, '[["edgewater","Array",4294967295]]'),
  ),
  naming(4000, '["edgewater","Float64Array"]'),
  naming(4000, '["edgewater","Blob","type-%"]'),
  naming(4000, '["edgewater","view","Uint8Array",%,10]'),
  text("equalities whose lengths alternate", () => {
    const keys = Array.from({ length: 20_000 }, (_, index) => `k${index.toString(36)}`);
    const paths = keys.slice(1).flatMap((key, index) => [key, `a.b${index}`]);
    const json = `{${keys.map((key) => `"${key}":{}`).join(",")},"a":{${list(19_999, (index) => `"b${index}":{}`)}}}`;
    return `{"json":${json},"meta":{"referentialEqualities":{"k0":${JSON.stringify(paths)}},"v":1}}`;
  }),
  text("an equality of deep paths", () => {
    const deep = 300;
    const json = `${'{"a":'.repeat(deep)}{${list(800, (index) => `"k${index}":{}`)}}${"}".repeat(deep)}`;
    const paths = Array.from({ length: 799 }, (_, index) => `${"a.".repeat(deep)}k${index + 1}`);
    return `{"json":${json},"meta":{"referentialEqualities":{"${"a.".repeat(deep)}k0":${JSON.stringify(paths)}},"v":1}}`;
  }),
  text("annotations of deep paths with escapes", () => {
    const deep = 300;
    const json = `${'{"a.":'.repeat(deep)}{${list(500, (index) => `"k${index}":"1"`)}}${"}".repeat(deep)}`;
    return annotated(json, `{${list(500, (index) => `"${"a\\\\..".repeat(deep)}k${index}":["bigint"]`)}}`);
  }),
  text("a Set of bigints that collide", () =>
    annotated(
      `[${list(22_000, (index) => `"${BigInt(index + 1) << 64n}"`)}]`,
      `["set",{${list(22_000, (index) => `"${index}":["bigint"]`)}}]`,
    ),
  ),
  text("a Map whose keys are bigints that collide", () =>
    annotated(
      `[${list(20_000, (index) => `["${BigInt(index + 1) << 64n}",0]`)}]`,
      `["map",{${list(20_000, (index) => `"${index}.0":["bigint"]`)}}]`,
    ),
  ),
  text("a bigint of a million digits", () => annotated(`"${"9".repeat(1_000_000)}"`, '["bigint"]')),
  text("a hundred thousand levels of arrays", () => `{"json":${"[".repeat(100_000)}${"]".repeat(100_000)}}`),
  text("a hundred thousand levels of objects", () => `{"json":${'{"a":'.repeat(100_000)}1${"}".repeat(100_000)}}`),
  text("fifty thousand levels of annotations", () => annotated("[]", `${'["set",{"0":'.repeat(50_000)}["Date"]${"}]".repeat(50_000)}`)),
  text("half a million arrays", () => `{"json":[${"[],".repeat(330_000)}[]]}`),
  text("many Maps", () => all(30_000, () => "[]", '"map"')),
  text("many frozen objects", () => all(20_000, () => "{}", '["edgewater","frozen"]')),
  text("an error with many hidden properties", () =>
    annotated(
      `{${list(40_000, (index) => `"k${index}":1`)}}`,
      `[["edgewater","error","Error",[${list(40_000, (index) => `"k${index}"`)}]]]`,
    ),
  ),
  text("a regular expression of many property escapes", () => annotated(JSON.stringify(`/${"\\p{L}".repeat(100_000)}/u`), '["regexp"]')),
  text("many regular expressions of property escapes", () =>
    all(10_000, (index) => JSON.stringify(`/${"\\p{L}".repeat(9)}${index}/u`), '"regexp"'),
  ),
  text("a regular expression of many named groups", () =>
    annotated(`"/${Array.from({ length: 60_000 }, (_, index) => `(?<a${index}>)`).join("")}/"`, '["regexp"]'),
  ),
  text("numbered annotations whose numbers are large", () =>
    annotated(
      `[${list(20_000, () => "null")}]`,
      `[["edgewater","numbered",[],[${list(20_000, (index) => `1,${2 ** 40 + index * 65_536}`)}]]]`,
    ),
  ),
  text("a key that is twice in the annotations", () =>
    annotated(`{${list(20_000, (index) => `"k${index}":"1"`)}}`, `{${list(20_000, (index) => `"k${index}":["bigint"]`)},"k0":["Date"]}`),
  ),
  text("a text of escapes", () => `{"json":"${"\\u0000".repeat(160_000)}`),
  text("text that is almost JSON", () => `{"json":[${"1,".repeat(450_000)}],"meta":{"values":{},"v":1}}`),
  {
    name: "a gzip of a hundred million spaces, at most a megabyte",
    prepare: async () => {
      const bomb = await gzipOf(100_000_000);
      const limited = withGzip(superjsonSerializer({ maxBytes: 1_000_000 }));
      return () => limited.decode(bomb);
    },
  },
  value("a doubly linked list of three thousand nodes", () => {
    const first: Record<string, unknown> = {};
    let last = first;
    for (let index = 0; index < 3000; index++) {
      const node: Record<string, unknown> = { previous: last };
      last["next"] = node;
      last = node;
    }
    return first;
  }),
  value("three thousand levels with a shared object in each", () => {
    const objects = Array.from({ length: 3000 }, (_, index) => ({ index }));
    let root: unknown = { e: objects[0] };
    for (let index = 1; index < 3000; index++) root = { c: root, s: objects[index], z: objects[index - 1] };
    return { root, objects };
  }),
  value("shared objects whose copies undo each other", () => {
    const objects = Array.from({ length: 3000 }, (_, index) => ({ index, at: new Date(index) }));
    return { deep: { deeper: objects.map((object, index) => ({ object, next: objects[(index + 1) % objects.length] })) }, objects };
  }),
  value("a Set of everything that it is in", () => {
    const sets: Set<unknown>[] = [];
    for (let index = 0; index < 300; index++)
      sets.push(new Set<unknown>(Array.from({ length: 1000 }, (_, number) => number + index * 1000)));
    for (const [index, set] of sets.entries()) for (const other of sets.slice(0, index + 2)) set.add(other);
    return sets[0];
  }),
  value("sparse arrays of four thousand million elements", () => Array.from({ length: 1000 }, () => Object.assign([], { 4294967294: 1 }))),
  value("bigints that collide", () => Array.from({ length: 28_000 }, (_, index) => BigInt(index + 1) << 64n)),
];

/** Compressed in pieces, so that preparing takes no memory. */
async function gzipOf(count: number): Promise<Bytes> {
  const piece = new Uint8Array(1_000_000).fill(32);
  let left = count;
  const source = new ReadableStream<Uint8Array<ArrayBuffer>>({
    pull: (controller) => {
      if (left <= 0) controller.close();
      else controller.enqueue(piece.subarray(0, Math.min(left, piece.length)));
      left -= piece.length;
    },
  });
  return new Uint8Array(await new Response(source.pipeThrough(new CompressionStream("gzip"))).arrayBuffer());
}
