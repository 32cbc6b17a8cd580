import {
  asset,
  condition,
  externalAsset,
  InMemoryIOHandler,
  input,
  MemoryStore,
  Observation,
  PartitionMapping,
  Repository,
  SuperJsonIOHandler,
  staticPartitions,
} from "edgewater";
import { describe, expect, it } from "vitest";

const eager = { automationCondition: condition.eager() };
const ioHandler = new SuperJsonIOHandler({ store: new MemoryStore() });

/** What was requested in each of some rounds. */
async function requestedIn(repository: Repository, rounds: number): Promise<readonly (readonly string[])[]> {
  const requested: (readonly string[])[] = [];
  for (let round = 0; round < rounds; round++)
    requested.push((await repository.automate()).evaluation.requests.flatMap(({ selection }) => selection));
  return requested;
}

describe("an external asset that is observed in every round", () => {
  it("is nothing new to an asset that could not load it, until its version changes", async () => {
    let version = 1;
    const feed = externalAsset({ name: "feed", ioHandler }, () => Observation({ dataVersion: `v${version}` }));
    const report = asset({ name: "report", inputs: { feed }, ...eager }, ({ feed }) => feed);
    await using repository = await Repository.open({ assets: [feed, report], ioHandler });

    expect(await requestedIn(repository, 3)).toEqual([["report"], [], []]);
    version = 2;
    expect(await requestedIn(repository, 3)).toEqual([["report"], [], []]);
  });

  it("is nothing new to an asset that has not read it, until the version of a partition changes", async () => {
    const versions: Record<string, number> = { eu: 1, us: 1 };
    const partitions = staticPartitions(["eu", "us"]);
    const feed = externalAsset({ name: "feed", ioHandler, partitions }, ({ partitionKey = "" }) =>
      Observation({ dataVersion: `v${versions[partitionKey]}` }),
    );
    const inputs = { feed: input(feed, { partitionMapping: PartitionMapping.all() }) };
    const count = asset({ name: "count", inputs, ...eager }, ({ feed }) => feed.keys.length);
    await using repository = await Repository.open({ assets: [feed, count], ioHandler: new InMemoryIOHandler() });

    expect(await requestedIn(repository, 3)).toEqual([["count"], [], []]);
    versions["us"] = 2;
    expect(await requestedIn(repository, 3)).toEqual([["count"], [], []]);
  });

  it("is observed with all its partitions, beside those without", async () => {
    const partitions = staticPartitions(["eu", "us"]);
    const feed = externalAsset({ name: "feed", ioHandler, partitions }, () => Observation({ dataVersion: "v1" }));
    const other = externalAsset({ name: "other", ioHandler }, () => Observation({ dataVersion: "v1" }));
    await using repository = await Repository.open({ assets: [feed, other] });

    const { observed } = await repository.automate();
    expect(observed).toMatchObject({ result: { success: true, materializedAssets: ["feed", "other"] }, error: undefined });
    expect((await repository.storage.getPartitionRecords("feed")).map(({ partitionKey }) => String(partitionKey))).toEqual(["eu", "us"]);
  });
});

describe("what is wiped before the next evaluation", () => {
  it("is requested again", async () => {
    const names = asset({ name: "names", partitions: staticPartitions(["a", "b"]), ...eager }, () => 1);
    await using repository = await Repository.open({ assets: [names], ioHandler: new SuperJsonIOHandler({ store: new MemoryStore() }) });
    await repository.automate();
    await repository.wipe(names, { partitionKeys: ["a"] });

    expect((await repository.automate()).evaluation.requests).toMatchObject([{ selection: ["names"], partitionKeys: ["a"] }]);
    expect((await repository.automate()).evaluation.requests).toEqual([]);
  });
});
