import { EdgewaterError, isEdgewaterError } from "../../errors.ts";
import type { Ask } from "../backend.ts";
import type { Batch } from "../batch.ts";
import { inOrderOfWriting } from "../latest.ts";
import type { AssetRecord, LatestRecord } from "../records.ts";
import type { Storage } from "../types.ts";
import { catalogue } from "./catalogue.ts";

type Method<Name extends keyof Storage> = Pick<Storage, Name>;

/** What a Storage can be asked beside events and runs. */
export type Questions = Method<
  | "declareAssets"
  | "getAssetRecords"
  | "getAssetRecord"
  | "getAssetsByTag"
  | "getAssetsByKind"
  | "getAssetsByGroup"
  | "getMaterializedPartitions"
  | "countMaterializedPartitions"
  | "getPartitionRecords"
  | "computeStaleness"
  | "getRun"
  | "getRuns"
  | "setRunOutcome"
  | "getRunLogs"
  | "getTicks"
  | "kvGet"
  | "kvSet"
  | "kvDelete"
  | "kvList"
  | "kvCompareAndSet"
  | "addDynamicPartitions"
  | "deleteDynamicPartition"
  | "getDynamicPartitions"
  | "hasDynamicPartition"
  | "import"
  | "prune"
>;

const defaultLimit = 100;

/** The answers, made from what a back end knows. */
export function questions(
  { name, isReadOnly }: { readonly name: string; readonly isReadOnly: boolean },
  ask: Ask,
  commit: (batch: Batch) => Promise<unknown>,
): Questions {
  const assets = (key?: string): Promise<readonly AssetRecord[]> => ask((backend) => catalogue(backend, key));
  const partitions = (assetKey: string): Promise<readonly LatestRecord[]> =>
    ask(async (backend) => inOrderOfWriting(await backend.latest({ assetKey, of: "partitions" })));
  const answers: Questions = {
    declareAssets: async (declared) => {
      if (isReadOnly) return;
      const known = new Set((await ask((backend) => backend.definitions())).map((asset) => JSON.stringify(asset)));
      const changed = declared.filter((asset) => !known.has(JSON.stringify(asset)));
      if (changed.length > 0) await commit({ assets: changed });
    },
    getAssetRecords: () => assets(),
    getAssetRecord: async (assetKey) => (await assets(assetKey))[0],
    getAssetsByTag: async (tag, value) => {
      const has = (tags: AssetRecord["tags"]): boolean => Object.hasOwn(tags, tag) && (value === undefined || tags[tag] === value);
      return (await assets()).filter(({ tags }) => has(tags));
    },
    getAssetsByKind: async (kind) => (await assets()).filter(({ kinds }) => kinds.includes(kind)),
    getAssetsByGroup: async (wanted) => (await assets()).filter(({ group }) => group === wanted),
    getMaterializedPartitions: async (assetKey) => {
      const records = await partitions(assetKey);
      return records.flatMap(({ firstId, partitionKey }) => (firstId === undefined || !partitionKey ? [] : [partitionKey]));
    },
    countMaterializedPartitions: async (assetKey) => (await answers.getMaterializedPartitions(assetKey)).length,
    getPartitionRecords: partitions,
    computeStaleness: async (options = {}) => {
      const { computeStaleness } = await import("./staleness.ts");
      return ask((backend) => computeStaleness(backend, options));
    },
    getRun: (runId) => ask((backend) => backend.run(runId)),
    getRuns: ({ limit = defaultLimit, status } = {}) => ask((backend) => backend.runs({ limit, status })),
    setRunOutcome: async (runId, status) => {
      const run = await ask((backend) => backend.run(runId));
      if (run === undefined) throw new EdgewaterError("NotFound", `${name} has no run ${runId}`, { store: name, key: runId });
      await commit({ preconditions: [{ run: runId, is: "Started" }], runs: [{ ...run, status, endTime: Date.now() }] });
    },
    getRunLogs: (runId) => ask((backend) => backend.logs(runId)),
    getTicks: (of, limit = defaultLimit) => ask((backend) => backend.ticks({ name: of, limit })),
    kvGet: (key) => ask((backend) => backend.kv(key)),
    kvSet: async (key, value) => void (await commit({ kv: [{ key, value }] })),
    kvDelete: async (key) => void (await commit({ kv: [{ key, value: undefined }] })),
    kvList: (prefix = "") => ask((backend) => backend.kvList(prefix)),
    kvCompareAndSet: async (key, expected, value) => {
      try {
        await commit({ preconditions: [{ kv: key, is: expected }], kv: [{ key, value }] });
        return true;
      } catch (error) {
        if (isEdgewaterError(error, "PreconditionFailed")) return false;
        throw error;
      }
    },
    addDynamicPartitions: async (definition, keys) => void (await commit({ dynamicPartitions: [{ definition, add: keys }] })),
    deleteDynamicPartition: async (definition, key) => void (await commit({ dynamicPartitions: [{ definition, remove: [key] }] })),
    getDynamicPartitions: async (definition) => (await ask((backend) => backend.dynamicPartitions(definition))).map(({ key }) => key),
    hasDynamicPartition: async (definition, key) => (await answers.getDynamicPartitions(definition)).includes(key),
    import: async (lines, options = {}) => {
      const { importRecords } = await import("./import.ts");
      await importRecords(lines, ask, commit, name, options);
    },
    prune: async (options) => {
      const { prune } = await import("./prune.ts");
      return prune(ask, commit, options);
    },
  };
  return answers;
}
