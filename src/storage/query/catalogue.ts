import type { Backend } from "../backend.ts";
import { emptyLatest } from "../latest-record.ts";
import type { AssetDefinition, AssetRecord } from "../records.ts";

/** The definitions and the latest events of one asset or of all, sorted by name. */
export async function assetRecords(backend: Backend, assetKey?: string): Promise<readonly AssetRecord[]> {
  const [definitions, latest] = await Promise.all([backend.definitions(assetKey), backend.latest({ assetKey, of: "assets" })]);
  const declared = new Map(definitions.map((definition) => [definition.assetKey, definition]));
  const known = new Map(latest.map((record) => [record.assetKey, record]));
  const names = [...new Set([...declared.keys(), ...known.keys()])].sort();
  return names.flatMap((name) => {
    if (declared.get(name)?.kind === "task") return [];
    const { partitionKey: _, firstId: __, ...last } = known.get(name) ?? emptyLatest(name);
    return [{ ...(declared.get(name) ?? undeclared(name)), ...last }];
  });
}

/** Those of the definitions that the back end does not have, or has otherwise. */
export async function changedDefinitions(backend: Backend, definitions: readonly AssetDefinition[]): Promise<readonly AssetDefinition[]> {
  const known = new Set((await backend.definitions()).map((definition) => JSON.stringify(definition)));
  return definitions.filter((definition) => !known.has(JSON.stringify(definition)));
}

/** The definition of an asset that has events and that no repository declared. */
export function undeclared(assetKey: string): AssetDefinition {
  return {
    assetKey,
    kind: "asset",
    tags: {},
    kinds: [],
    group: undefined,
    codeVersion: undefined,
    dependencies: [],
    partitions: undefined,
  };
}
