import { isEdgewaterError } from "../../errors.ts";
import { inOrder } from "../parallel.ts";
import { openParquet } from "../parquet/read.ts";
import { objectSource } from "../parquet/source.ts";
import { logKey, type TableLocation } from "../store.ts";
import type { CheckpointAction, Sidecar } from "./actions.ts";
import { columnsToRead, parsedStatisticsOf } from "./checkpoint-schema.ts";
import { readActions, readLogFile } from "./commit.ts";
import { ActionProblem, damaged } from "./damage.ts";
import type { Fields } from "./fields.ts";
import { decodePath } from "./file-identity.ts";
import type { CheckpointFiles } from "./listing.ts";
import { printParsedStatistics } from "./parsed-statistics.ts";
import { readAction } from "./read-action.ts";

/** So many files of a checkpoint are read at a time. */
const filesAtOnce = 4;

/**
 * Reads a checkpoint: one file, several parts, or a file with sidecars. The order of its actions means nothing.
 *
 * @param apply takes each action
 * @throws `Integrity` that names the file
 */
export async function readCheckpoint(
  table: TableLocation,
  checkpoint: CheckpointFiles,
  apply: (action: CheckpointAction) => void,
  signal?: AbortSignal,
): Promise<void> {
  const sidecars: Sidecar[] = [];
  const takeAll = (action: CheckpointAction): void => {
    if ("sidecar" in action) sidecars.push(action.sidecar);
    else apply(action);
  };
  const files = inOrder(checkpoint.files, filesAtOnce, ({ key, size }) => readFile(table, key, size, takeAll, signal));
  for await (const _ of files);
  const more = inOrder(sidecars, filesAtOnce, (sidecar) => readFile(table, sidecarKey(table, sidecar), sidecar.sizeInBytes, apply, signal));
  for await (const _ of more);
}

/** The keys of the sidecars that a checkpoint names. */
export async function readSidecars(table: TableLocation, checkpoint: CheckpointFiles, signal?: AbortSignal): Promise<readonly string[]> {
  const keys: string[] = [];
  const take = (action: CheckpointAction): void => {
    if ("sidecar" in action) keys.push(sidecarKey(table, action.sidecar));
  };
  for (const { key, size } of checkpoint.files) await readFile(table, key, size, take, signal);
  return keys;
}

/** Sidecars are named by their file, or by a path that ends with it. */
function sidecarKey({ root }: TableLocation, { path }: Sidecar): string {
  const name = decodePath(path);
  return logKey(root, `_sidecars/${name.slice(name.lastIndexOf("/") + 1)}`);
}

async function readFile(
  table: TableLocation,
  key: string,
  size: number,
  apply: (action: CheckpointAction) => void,
  signal: AbortSignal | undefined,
): Promise<void> {
  try {
    if (key.endsWith(".json")) {
      const bytes = await readLogFile(table, key, signal);
      if (bytes === undefined) throw damaged(table, key, "it is missing");
      for (const action of readActions(table, key, bytes)) apply(action);
    } else await readParquet(table, key, size, apply, signal);
  } catch (error) {
    if (error instanceof ActionProblem) throw damaged(table, key, error.message, error);
    if (isEdgewaterError(error, "NotFound")) throw damaged(table, key, "it is missing, and the checkpoint needs it", error);
    throw error;
  }
}

async function readParquet(
  { store }: TableLocation,
  key: string,
  size: number,
  apply: (action: CheckpointAction) => void,
  signal: AbortSignal | undefined,
): Promise<void> {
  const file = await openParquet(objectSource(store, key, size), { signal });
  const schema = columnsToRead(file.schema);
  const statistics = parsedStatisticsOf(schema);
  for await (const { columns } of file.read({ schema, signal })) {
    schema.fields.forEach(({ name }, index) => {
      for (const value of columns[index] as readonly (Fields | null)[]) {
        if (value === null) continue;
        const fields = name === "add" && statistics !== undefined ? withStatistics(value, statistics) : value;
        const action = readAction({ [name]: fields });
        if (action !== undefined) apply(action);
      }
    });
  }
}

function withStatistics(add: Fields, type: NonNullable<ReturnType<typeof parsedStatisticsOf>>): Fields {
  const { stats_parsed: parsed, ...fields } = add;
  return parsed === null || parsed === undefined ? fields : { ...fields, stats: printParsedStatistics(parsed, type) };
}
