/** A process that makes a run with Jobs, until it is killed. Prints the result. */
import { kubernetes } from "edgewater/kubernetes";
import { Place } from "./place.ts";

/** What the process is started with. */
export interface OrchestratorOptions {
  readonly folder: string;
  readonly kubernetes: Parameters<typeof kubernetes>[0];
  readonly runId: string;
  readonly selection: readonly string[];
}

const { folder, runId, selection, ...options } = JSON.parse(process.argv[2] ?? "") as OrchestratorOptions;
const repository = await new Place(folder).repository(kubernetes(options.kubernetes));
const { success, failedAssets } = await repository.materialize({ runId, selection, raiseOnError: false });
await repository.close();
process.stdout.write(JSON.stringify({ success, failed: failedAssets.map(({ name, error }) => `${name}: ${error}`) }));
