/** How much a visitor of the playground downloads. */
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { build, type Rolldown } from "vite";

/** Bytes of scripts, minified and gzipped. */
export interface PlaygroundSizes {
  /** What is loaded before the first screen. */
  readonly firstLoad: number;
  /** What is loaded when it is needed, without the data of the feed and of the land. */
  readonly lazy: number;
}

/** The most that the scripts may be, in bytes. */
export const playgroundLimits: PlaygroundSizes = { firstLoad: 120_000, lazy: 100_000 };

export async function measurePlayground(): Promise<PlaygroundSizes> {
  const configFile = join(import.meta.dirname, "../vite.config.ts");
  const built = (await build({ configFile, logLevel: "error", build: { write: false } })) as Rolldown.RolldownOutput;
  const chunks = new Map(built.output.flatMap((file) => (file.type === "chunk" ? [[file.fileName, file] as const] : [])));
  const first = new Set([...chunks.values()].filter(({ isEntry }) => isEntry).map(({ fileName }) => fileName));
  for (const fileName of first) for (const imported of chunks.get(fileName)?.imports ?? []) first.add(imported);
  const sum = (isCounted: (chunk: Rolldown.OutputChunk) => boolean): number =>
    [...chunks.values()].filter(isCounted).reduce((bytes, { code }) => bytes + gzipSync(code).length, 0);
  const isData = ({ moduleIds }: Rolldown.OutputChunk): boolean => moduleIds.some((id) => id.endsWith(".json"));
  return {
    firstLoad: sum(({ fileName }) => first.has(fileName)),
    lazy: sum((chunk) => !first.has(chunk.fileName) && !isData(chunk)),
  };
}
