/** Compiled by `npm run check`, never run: inputs by partition, several outputs, earlier values, results. */
import {
  type Asset,
  asset,
  BytesIOHandler,
  externalAsset,
  input,
  Materialization,
  MemoryStore,
  multiAsset,
  type ObjectStore,
  Observation,
  Output,
  type PartitionMap,
  PartitionMapping,
  Repository,
  selfInput,
  staticPartitions,
} from "edgewater";
import * as v from "valibot";

type Equal<Left, Right> = (<T>() => T extends Left ? 1 : 2) extends <T>() => T extends Right ? 1 : 2 ? true : false;
declare function same<Yes extends true>(): Yes;

const partitions = staticPartitions(["a", "b"]);
const part = asset({ name: "part", partitions }, (_, { partitionKey }) => partitionKey.length);
const plain = asset({ name: "plain" }, () => "text");
same<Equal<typeof part, Asset<number, "part">>>();

// The arity of the mapping decides the type of an input.
asset({ name: "x", inputs: { part }, partitions }, ({ part }) => same<Equal<typeof part, number>>());
asset({ name: "x", inputs: { all: input(part, { partitionMapping: PartitionMapping.all() }) } }, ({ all }) =>
  same<Equal<typeof all, PartitionMap<number>>>(),
);
asset({ name: "x", inputs: { some: input(part, { partitionMapping: PartitionMapping.subset() }) } }, ({ some }) =>
  same<Equal<typeof some, number | undefined>>(),
);
asset({ name: "x", inputs: { one: input(part, { partitionMapping: PartitionMapping.identity() }) } }, ({ one }) =>
  same<Equal<typeof one, number>>(),
);
asset({ name: "x", inputs: { one: input(plain) } }, ({ one }) => same<Equal<typeof one, string>>());

// A type hint is the type of its input.
const rows = v.array(v.object({ id: v.number() }));
asset({ name: "x", inputs: { rows: input(plain, { typeHint: rows }) } }, ({ rows }) => same<Equal<typeof rows, { id: number }[]>>());
asset({ name: "x", inputs: { date: input(plain, { typeHint: Date }) } }, ({ date }) => same<Equal<typeof date, Date>>());
asset({ name: "x", inputs: { dates: input(plain, { typeHint: Date, partitionMapping: PartitionMapping.all() }) } }, ({ dates }) =>
  same<Equal<typeof dates, PartitionMap<Date>>>(),
);

// In a batch inputs with the same key are maps, and the function returns a map.
const batch = asset(
  { name: "batch", inputs: { part, rate: input(plain) }, partitions: { definition: partitions, batch: true } },
  ({ part, rate }) => {
    same<Equal<typeof part, PartitionMap<number>>>();
    same<Equal<typeof rate, string>>();
    return new Map([["a", 1n]]);
  },
);
same<Equal<typeof batch, Asset<bigint, "batch">>>();
// @ts-expect-error a batch returns a map
asset({ name: "x", partitions: { definition: partitions, batch: true } }, () => 5);

// The earlier value of an asset may be undefined, and the function returns its type.
const total = asset({ name: "total", inputs: { previous: selfInput<number>(), plain } }, ({ previous, plain }) => {
  same<Equal<typeof previous, number | undefined>>();
  return (previous ?? 0) + plain.length;
});
same<Equal<typeof total, Asset<number, "total">>>();
// @ts-expect-error another type than the earlier value
asset({ name: "x", inputs: { previous: selfInput<number>() } }, ({ previous }) => String(previous));

// Results are unwrapped.
const wrapped = asset({ name: "wrapped" }, async () => Output([1], { metadata: { rows: 1 }, dataVersion: "v1" }));
same<Equal<typeof wrapped, Asset<number[], "wrapped">>>();
const maybe = asset({ name: "maybe" }, async () => (Math.random() > 0.5 ? Output(1) : Materialization()));
same<Equal<typeof maybe, Asset<number, "maybe">>>();

// Each output of a multi-asset is an asset with its own type.
const record = multiAsset({ name: "record", outputs: { big: {}, small: {} } }, async () => ({ big: [1], small: Output("s") }));
same<Equal<typeof record.outputs.big, Asset<number[], "big">>>();
same<Equal<typeof record.outputs.small, Asset<string, "small">>>();
const yielded = multiAsset({ name: "yielded", outputs: { big: {}, small: {} } }, async function* () {
  yield Output(1, { name: "big" });
  yield Output("s", { name: "small" });
});
same<Equal<typeof yielded.outputs.big, Asset<number, "big">>>();
same<Equal<typeof yielded.outputs.small, Asset<string, "small">>>();
asset({ name: "x", inputs: { b: yielded.outputs.big } }, ({ b }) => same<Equal<typeof b, number>>());
// @ts-expect-error a record lacks an output
multiAsset({ name: "x", outputs: { big: {}, small: {} } }, () => ({ big: 1 }));
// @ts-expect-error an output is unknown
multiAsset({ name: "x", outputs: { big: {} } }, async function* () {
  yield Output(1, { name: "bgi" });
});

// An external asset is loaded and observed, never written.
const feed = externalAsset<{ rows: number }>({ name: "feed", ioHandler: new BytesIOHandler({ store: new MemoryStore() }) }, () =>
  Observation({ dataVersion: "v" }),
);
const repository = await Repository.open({ assets: [part, plain, batch, total, record, feed] });
same<Equal<Awaited<ReturnType<typeof loadFeed>>, { rows: number }>>();
const loadFeed = () => repository.load(feed);
// @ts-expect-error an external asset cannot be written
await repository.write(feed, { rows: 1 });
// @ts-expect-error an external asset returns an Observation
externalAsset({ name: "x", ioHandler: new BytesIOHandler({ store: new MemoryStore() }) }, () => 5);

const one: number = await repository.load(part, { partitionKey: "a" });
const several: PartitionMap<number> = await repository.load(part, { partitionKeys: "all" });
await repository.write(part, one, { partitionKey: "a" });
await repository.write(part, Output(5, { dataVersion: "v" }), { partitionKey: "a" });
void several;

// Blobs and streams need a store that accepts streams.
declare const simple: ObjectStore;
new BytesIOHandler({ store: simple });
// @ts-expect-error this store does not accept streams
new BytesIOHandler({ store: simple, as: "stream" });
const image = asset(
  { name: "image", ioHandler: new BytesIOHandler({ store: new MemoryStore(), as: "blob" }) },
  async () => new Uint8Array(),
);
same<Equal<typeof image, Asset<Blob, "image">>>();
// @ts-expect-error text is not bytes
asset({ name: "x", ioHandler: new BytesIOHandler({ store: new MemoryStore() }) }, () => "text");
