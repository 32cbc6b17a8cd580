/** How fast values become bytes and come back, and what else does it. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { deserialize, serialize } from "node:v8";
import * as devalue from "devalue";
import { MemoryStore, OutputContext, SuperJsonIOHandler } from "edgewater";
import { superjsonSerializer } from "edgewater/serializer";
import { Packr } from "msgpackr";
import { SuperJSON } from "superjson";
import { type Contender, medians, type Row, ratio } from "./harness.ts";
import { doubles, nested, plainRows, rowsWithDates } from "./payloads.ts";
import { type Payload, Pickle } from "./pickle.ts";

type Bytes = Uint8Array<ArrayBuffer>;

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const ours = superjsonSerializer();
const withoutReferences = superjsonSerializer({ references: false });
const superjson = new SuperJSON();
const { version } = JSON.parse(readFileSync(join(import.meta.dirname, "../../../node_modules/superjson/package.json"), "utf8")) as {
  readonly version: string;
};

const contender = (name: string, run: () => unknown): Contender => ({ name, run: () => void run() });
const json = (value: unknown): Contender => contender("JSON.stringify to bytes", () => encoder.encode(JSON.stringify(value)));
const written = (value: unknown): Contender => contender(`superjson ${version}`, () => encoder.encode(superjson.stringify(value)));
const encoding = (value: unknown): Contender => contender("ours", () => ours.encode(value));

export async function serializerRows(add: (row: Row) => void): Promise<void> {
  const [a, b, c, e] = [rowsWithDates(), nested(), doubles(), plainRows()];
  const plain = contender("ours", () => withoutReferences.encode(e));
  add(await ratio("encode 100,000 plain rows, without references", plain, json(e), 1.25));
  add(await ratio("encode 100,000 plain rows", encoding(e), json(e), 2));
  add(await ratio("encode 10,000 rows with dates", encoding(a), written(a), 1 / 4));
  add(await ratio("encode 10,000 rows with dates", encoding(a), json(a), 1));
  add(await ratio("encode nested configuration", repeated(encoding(b)), repeated(written(b)), 1 / 2));
  for (const [what, value, budget] of [
    ["10,000 rows with dates", a, 1 / 2],
    ["nested configuration", b, 1 / 1.6],
  ] as const) {
    const bytes = ours.encode(value) as Bytes;
    const theirs = contender(`superjson ${version}`, () => superjson.parse(decoder.decode(bytes)));
    const own = contender("ours", () => ours.decode(bytes));
    add(await ratio(`decode ${what}`, repeated(own), repeated(theirs), budget));
  }
  const source = new Uint8Array(c.values.buffer);
  const copy = contender("a copy of the bytes", () => new Uint8Array(source));
  add(await ratio("encode 1,000,000 doubles", repeated(encoding(c)), repeated(copy), 1.5));
  const packed = ours.encode(c) as Bytes;
  const zeroCopy = superjsonSerializer({ zeroCopy: true });
  add(await ratio("decode 1,000,000 doubles as views", repeated(contender("ours", () => zeroCopy.decode(packed))), repeated(copy), 0.3));
  add(await throughHandler(c, packed));
  const deep = (levels: number): unknown => Array.from({ length: levels }).reduce<unknown>((inner) => [{ inner }], new Date(0));
  const many = Array.from({ length: 10 }, () => deep(150));
  add(await ratio("encode 3,000 levels", repeated(encoding(deep(1500))), repeated({ ...encoding(many), name: "ten times 300 levels" }), 2));
  const [own, theirs] = [peakMemory("ours"), peakMemory("JSON")];
  add({
    what: "peak memory encoding 100,000 plain rows",
    measured: `${(own / theirs).toFixed(2)}× (${Math.round(own / 1024)} MB)`,
    budget: "≤ 1.7×",
    isWithin: own <= 1.7 * theirs,
    anchor: "JSON.stringify to bytes",
  });
  addHostile(add);
}

/** Hostile inputs of up to a megabyte, each in a process of its own: the slowest, and the one that takes the most memory. */
function addHostile(add: (row: Row) => void): void {
  const script = [join(import.meta.dirname, "hostile.ts")];
  const run = (...names: string[]): unknown =>
    JSON.parse(execFileSync(process.execPath, ["--expose-gc", "--conditions=edgewater-source", ...script, ...names], { encoding: "utf8" }));
  const found = (run() as string[]).map((name) => run(name) as { name: string; ms: number; kilobytes: number });
  const worst = (field: "ms" | "kilobytes"): (typeof found)[number] =>
    found.reduce((one, other) => (other[field] > one[field] ? other : one));
  const [slowest, largest] = [worst("ms"), worst("kilobytes")];
  const what = `${found.length} hostile inputs of up to 1 MB`;
  add({
    what: `${what}: the slowest`,
    measured: `${slowest.ms} ms (${slowest.name})`,
    budget: "≤ 1000 ms",
    isWithin: slowest.ms <= 1000,
    anchor: "—",
  });
  add({
    what: `${what}: memory beyond the value`,
    measured: `${Math.round(largest.kilobytes / 1000)} MB (${largest.name})`,
    budget: "≤ 64 MB",
    isWithin: largest.kilobytes <= 64_000,
    anchor: "—",
  });
}

/** Short work is done ten times a round. */
function repeated({ name, run }: Contender): Contender {
  return {
    name,
    run: () => {
      for (let turn = 0; turn < 10; turn++) run();
    },
  };
}

async function throughHandler(value: unknown, bytes: Bytes): Promise<Row> {
  const handler = new SuperJsonIOHandler({ store: new MemoryStore() });
  const put = { name: "handler", run: () => handler.handleOutput(new OutputContext({ assetName: "doubles" }), value) };
  const hash = { name: "SHA-256 of the same bytes", run: async () => void (await crypto.subtle.digest("SHA-256", bytes)) };
  return ratio("put 1,000,000 doubles through handler and memory store", put, hash, 1.2);
}

/** Kilobytes above what the rows take, in a process of its own. */
function peakMemory(what: "ours" | "JSON"): number {
  const arguments_ = ["--expose-gc", "--conditions=edgewater-source", join(import.meta.dirname, "memory.ts"), what];
  return Number(execFileSync(process.execPath, arguments_, { encoding: "utf8" }));
}

/** Payloads of which Python has the like. */
const pickled: Readonly<Record<string, Payload>> = { "rows with dates": "rows", "1M doubles": "doubles", "plain rows": "plain" };

/** Milliseconds of each serializer for each payload, `encode / decode`; a dash where it loses or refuses the value. */
export async function comparison(): Promise<string[]> {
  await using pickle = Pickle.start();
  const packr = new Packr({ structuredClone: true, moreTypes: true });
  const payloads = { "rows with dates": rowsWithDates(), nested: nested(), "1M doubles": doubles(), "plain rows": plainRows(20_000) };
  const codecs: Record<string, readonly [(value: unknown) => unknown, (bytes: never) => unknown, lossy: readonly string[]]> = {
    ours: [(value) => ours.encode(value), (bytes: Bytes) => ours.decode(bytes), []],
    superjson: [(value) => superjson.stringify(value), (text: string) => superjson.parse(text), []],
    JSON: [(value) => JSON.stringify(value), (text: string) => JSON.parse(text), ["rows with dates", "nested", "1M doubles"]],
    devalue: [(value) => devalue.stringify(value), (text: string) => devalue.parse(text), []],
    "node:v8": [(value) => serialize(value), (bytes: Bytes) => deserialize(bytes), ["nested"]],
    msgpackr: [(value) => packr.pack(value), (bytes: Bytes) => packr.unpack(bytes), ["nested"]],
  };
  const cells = new Map<string, string[]>([...Object.keys(codecs), "Python's pickle 5"].map((codec) => [codec, []]));
  for (const [name, value] of Object.entries(payloads)) {
    const like = pickled[name];
    const both = Object.entries(codecs)
      .filter(([, [, , lossy]]) => !lossy.includes(name))
      .map(([codec, [encode, decode]]) => {
        const bytes = encode(value) as never;
        return { encode: contender(codec, () => encode(value)), decode: contender(codec, () => decode(bytes)) };
      });
    if (pickle !== undefined && like !== undefined) {
      const timed = (verb: "encode" | "decode"): Contender => ({ name: "Python's pickle 5", run: () => pickle.time(like, verb) });
      both.push({ encode: timed("encode"), decode: timed("decode") });
    }
    const encoded = await medians(both.map(({ encode }) => encode));
    const decoded = await medians(both.map(({ decode }) => decode));
    for (const [codec, row] of cells) {
      const index = both.findIndex(({ encode }) => encode.name === codec);
      row.push(index < 0 ? "—" : `${(encoded[index] ?? 0).toFixed(1)} / ${(decoded[index] ?? 0).toFixed(1)}`);
    }
  }
  return [
    `| ms, encode / decode | ${Object.keys(payloads).join(" | ")} |`,
    `|-|${"-|".repeat(Object.keys(payloads).length)}`,
    ...[...cells].map(([codec, row]) => `| ${codec} | ${row.join(" | ")} |`),
  ];
}
