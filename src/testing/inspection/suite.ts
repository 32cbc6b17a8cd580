/** The assets that the cases of an inspection look at. */
import { asset } from "../../asset/asset.ts";
import { externalAsset } from "../../asset/external-asset.ts";
import { input } from "../../asset/input.ts";
import { Observation } from "../../asset/result.ts";
import { task } from "../../asset/task.ts";
import { InMemoryIOHandler } from "../../io-handler/in-memory.ts";
import { SuperJsonIOHandler } from "../../io-handler/superjson.ts";
import { MemoryStore } from "../../object-store/memory/store.ts";
import { PartitionMapping } from "../../partition/mapping/partition-mapping.ts";
import { staticPartitions } from "../../partition/static-partitions.ts";
import { Repository } from "../../repository/repository.ts";

/** What the functions of the assets do. */
export interface SuiteControl {
  /** The version of the source, which `table` and `text` are made from. */
  source: number;
  /** The partitions of `daily` that fail. */
  failing: string[];
  /** Whether `fails` fails. */
  isBroken: boolean;
  /** What `slow` waits for. */
  gate: Promise<void>;
}

/** The repository of a case, and what controls its assets. */
export interface InspectionSuite {
  readonly repository: Repository;
  readonly control: SuiteControl;
}

/** The keys of the asset `daily`, with characters that names rarely have. */
export const dailyKeys: readonly string[] = ["a", "b c", "é/x", "d"];

/** Opens a repository whose records and values are new. */
export async function openInspectionSuite(): Promise<InspectionSuite> {
  const control: SuiteControl = { source: 1, failing: [], isBroken: true, gate: Promise.resolve() };
  const source = externalAsset({ name: "source", ioHandler: new InMemoryIOHandler() }, () =>
    Observation({ dataVersion: `v${control.source}` }),
  );
  const table = asset({ name: "table", group: "values", kinds: ["json"], tags: { team: "a" }, codeVersion: "1" }, (_, context) => {
    context.addOutputMetadata({ rows: 60 });
    context.log.info(`makes the table of ${control.source}`);
    return Array.from({ length: 60 }, (_, index) => ({ id: `r${index}`, lon: index, lat: index / 2, size: index * control.source }));
  });
  const counted = task({ name: "counted", inputs: { table } }, ({ table }) => table.length);
  const text = asset(
    { name: "text", inputs: { table }, group: "values" },
    ({ table }) => `# Rows\n\n${table.length} rows of ${control.source}\n`,
  );
  const daily = asset({ name: "daily", inputs: { counted }, partitions: staticPartitions(dailyKeys) }, ({ counted }, context) => {
    if (control.failing.includes(context.partitionKey)) throw new RangeError(`no data for ${context.partitionKey}`);
    context.addOutputMetadata({ rows: counted });
    return { key: context.partitionKey, counted };
  });
  const total = asset(
    { name: "total", inputs: { daily: input(daily, { partitionMapping: PartitionMapping.all(), missing: "skip" }) } },
    async ({ daily }) => {
      return (await daily.toMap()).size;
    },
  );
  const fails = asset({ name: "fails", inputs: { table } }, () => {
    if (control.isBroken) throw new TypeError("no such column", { cause: new RangeError("row 7") });
    return 1;
  });
  const behind = asset({ name: "behind", inputs: { fails } }, ({ fails }) => fails + 1);
  const slow = asset({ name: "slow" }, async (_, context) => {
    context.log.warn("waits");
    context.progress(1, 4);
    await control.gate;
    return 1;
  });
  const repository = await Repository.open({
    name: "suite",
    assets: [source, table, text, daily, total, fails, behind, slow],
    tasks: [counted],
    ioHandler: new SuperJsonIOHandler({ store: new MemoryStore(), history: true }),
  });
  return { repository, control };
}
