import { asset, MemoryStore, Repository, SuperJsonIOHandler } from "edgewater";
import { inspect } from "edgewater/inspector";
import { describe, expect, it } from "vitest";

async function opened(): Promise<{ readonly store: MemoryStore; readonly repository: Repository }> {
  const store = new MemoryStore();
  const ioHandler = new SuperJsonIOHandler({ store, prefix: "v1", history: true });
  return { store, repository: await Repository.open({ assets: [asset({ name: "kept" }, () => [1, 2, 3])], ioHandler }) };
}

const fileOf = (text: string): ReadableStream<Uint8Array> => new Blob([text]).stream();

/** An export of a value with history, changed line by line. */
async function exported(change: (line: string) => string = (line) => line): Promise<string> {
  const { repository } = await opened();
  await using _ = repository;
  await repository.materialize();
  const text = await new Response(await inspect(repository).export("all")).text();
  return text.split("\n").map(change).join("\n");
}

describe("an import", () => {
  it("brings the versions of a handler with history", async () => {
    const { repository } = await opened();
    await using _ = repository;
    expect(await inspect(repository).import(fileOf(await exported()))).toMatchObject({ values: 1, notes: [] });
    expect(await repository.load("kept")).toEqual([1, 2, 3]);
  });

  it.each([
    "elsewhere.superjson",
    "v1/other/versions/20240101T000000000Z-0011223344556677",
    "v1/kept.superjson",
    "../up",
    "v1/kept/versions/../../x",
  ])("writes nothing to the key %s, which a file names and which is not of a version", async (key) => {
    const { store, repository } = await opened();
    await using _ = repository;
    const file = await exported((line) => line.replace(/"key":"[^"]*"/, `"key":${JSON.stringify(key)}`));
    const { values, notes } = await inspect(repository).import(fileOf(file));
    expect([values, notes]).toEqual([0, [expect.stringMatching(/^Values of "kept" are left out: .*keys/)]]);
    expect(await Array.fromAsync(store.list())).toEqual([]);
  });

  it("tells why a file is refused, also when a store does not delete what was written of it", async () => {
    const { store, repository } = await opened();
    await using _ = repository;
    store.delete = () => Promise.reject(new Error("read only now"));
    const file = await exported();
    await expect(inspect(repository).import(fileOf(file.slice(0, -40)))).rejects.toMatchObject({ code: "Integrity" });
    expect(await repository.storage.getRuns()).toEqual([]);
  });
});
