import type { Backend } from "../backend.ts";
import { nothingKnown } from "../latest.ts";
import type { AssetDefinition, AssetRecord } from "../records.ts";

/** What was declared of assets beside what last happened to them, sorted by name. */
export async function catalogue(backend: Backend, assetKey?: string): Promise<readonly AssetRecord[]> {
  const [definitions, latest] = await Promise.all([backend.definitions(assetKey), backend.latest({ assetKey, of: "assets" })]);
  const declared = new Map(definitions.map((definition) => [definition.assetKey, definition]));
  const known = new Map(latest.map((record) => [record.assetKey, record]));
  const names = [...new Set([...declared.keys(), ...known.keys()])].sort();
  return names.flatMap((name) => {
    if (declared.get(name)?.kind === "task") return [];
    const { partitionKey: _, firstId: __, ...last } = known.get(name) ?? nothingKnown(name);
    return [{ ...(declared.get(name) ?? undeclared(name)), ...last }];
  });
}

/** An asset that no repository declared. */
function undeclared(assetKey: string): AssetDefinition {
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
