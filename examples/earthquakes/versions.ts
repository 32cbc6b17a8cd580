import type { Repository } from "edgewater";

/** The latest data version of every asset and task of a repository, by name. */
export async function dataVersions(repository: Repository): Promise<Record<string, string>> {
  const versions: Record<string, string> = {};
  for (const { name } of repository.nodes) {
    const latest = await repository.storage.getLatestMaterialization(name);
    if (latest !== undefined) versions[name] = latest.dataVersion;
  }
  return versions;
}
