import { Repository, SuperJsonIOHandler } from "edgewater";
import { fullObjectStoreCases } from "edgewater/testing";
import { describe, expect, it } from "vitest";
import { assets, strong, tasks } from "../../examples/earthquakes/pipeline.ts";
import { dataVersions } from "../../examples/earthquakes/versions.ts";
import expected from "../runtime/data-versions.json" with { type: "json" };
import { credentials, makeStore } from "./store.ts";

describe.each(fullObjectStoreCases({ etagsNameContent: true }))("S3Store on Ceph", ({ name, run }) => {
  it(name, () => run(makeStore()));
});

describe("S3Store on Ceph", () => {
  it("holds the pipeline, with the data versions of every other runtime", async () => {
    const ioHandler = new SuperJsonIOHandler({
      store: makeStore({ credentials: async () => credentials }),
      prefix: "earthquakes",
    });
    await using repository = await Repository.open({ assets, tasks, ioHandler });
    await repository.materialize();
    expect(await dataVersions(repository)).toEqual(expected);
    await using other = await Repository.open({ assets, tasks, ioHandler });
    expect((await other.load(strong)).every(({ at, magnitude }) => at instanceof Date && magnitude >= 5)).toBe(true);
  });
});
