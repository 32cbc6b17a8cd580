import { asset, MemoryStore, Repository, SuperJsonIOHandler } from "edgewater";
import { inspect } from "edgewater/inspector";
import { describe, expect, it } from "vitest";

/** A store that others use too: beside the prefixes of the handlers, and below names that begin like them. */
async function shared(): Promise<{ readonly store: MemoryStore; readonly repository: Repository }> {
  const store = new MemoryStore();
  const below = (prefix: string): SuperJsonIOHandler => new SuperJsonIOHandler({ store, prefix });
  const assets = ["v1", "v1/inner", "v1-b"].map((prefix, index) => asset({ name: `a${index}`, ioHandler: below(prefix) }, () => index));
  const repository = await Repository.open({ assets });
  await repository.materialize();
  for (const key of ["private.txt", "v10/private.txt", "v1.txt", "v1/stray.txt"]) await store.put(key, "of others");
  return { store, repository };
}

describe("the objects of a repository", () => {
  it("are those below the prefixes of its handlers, each once, in order", async () => {
    const { repository } = await shared();
    await using _ = repository;
    const { rows } = await inspect(repository).objects();
    expect(rows.map(({ key, state }) => [key, state])).toEqual([
      ["v1-b/a2.superjson", "current"],
      ["v1/a0.superjson", "current"],
      ["v1/inner/a1.superjson", "current"],
      ["v1/stray.txt", "unknown"],
    ]);
    expect((await inspect(repository).storage()).values.objects).toBe(4);
  });

  it.each(["", "v1", "v1/", "v1/in", "v1/inner/a1.superjson", "v10", "private"])(
    "below %j are those of all that begin so",
    async (prefix) => {
      const { repository } = await shared();
      await using _ = repository;
      const all = (await inspect(repository).objects()).rows;
      expect((await inspect(repository).objects({ prefix })).rows).toEqual(all.filter(({ key }) => key.startsWith(prefix)));
    },
  );

  it("are the only ones that it deletes", async () => {
    const { store, repository } = await shared();
    await using _ = repository;
    const inspection = inspect(repository);
    for (const key of ["private.txt", "v10/private.txt", "v1.txt", "../v1/stray.txt"]) {
      const action = { type: "delete", keys: ["v1/stray.txt", key] } as const;
      expect((await inspection.plan(action)).refused).toMatchObject({ code: "NotFound" });
      await expect(inspection.act(action)).rejects.toMatchObject({ code: "NotFound", key });
    }
    expect(await Array.fromAsync(store.list())).toHaveLength(7);
    await inspection.act({ type: "delete", keys: ["v1/stray.txt"] });
    expect(await Array.fromAsync(store.list())).toHaveLength(6);
  });
});
