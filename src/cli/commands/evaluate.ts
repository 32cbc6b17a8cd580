import type { Command } from "../command.ts";
import { note, print } from "../host.ts";
import { count, errorText, progress, table } from "../output.ts";

export const evaluateCommand: Command = {
  about: "Show what the automation conditions ask for now, or do it",
  names: "",
  options: { run: { about: "Observe external assets, evaluate, and make what is asked for" } },
  examples: ["", "--run"],
  run: async ({ given, project, signal, isJson }) => {
    await using repository = await project.open();
    if (!given.has("run")) {
      const { results, requests } = await repository.evaluate({ dryRun: true, signal });
      const asked = requests.map(({ selection, partitionKeys }) => ({ selection, partitions: partitionKeys?.map(String) }));
      if (isJson) await print(JSON.stringify({ conditions: results.length, requests: asked }));
      else if (results.length === 0) await print("No asset has an automation condition");
      else {
        const rows = asked.map(({ selection, partitions }) => [
          selection?.join(", ") ?? "",
          partitions === undefined ? "" : `${partitions.length}`,
        ]);
        await print(
          rows.length === 0 ? `${count(results.length, "condition")}, nothing to make` : table(["would make", "partitions"], rows),
        );
      }
      return 0;
    }
    const { runs } = await repository.automate({ signal, onProgress: progress(isJson) });
    const isDone = runs.every(({ result }) => result?.success === true);
    if (isJson) {
      const told = runs.map(({ result, error }) => ({
        runId: result?.runId,
        success: result?.success ?? false,
        ...(error !== undefined && { error: errorText(error) }),
      }));
      await print(JSON.stringify({ success: isDone, runs: told }));
    } else {
      for (const { error } of runs) if (error !== undefined) note(`${errorText(error)}\n`);
      for (const { result } of runs)
        for (const { name, error } of result?.failedAssets ?? []) note(`${name} failed: ${errorText(error)}\n`);
      await print(runs.length === 0 ? "Nothing to make" : `Made ${count(runs.length, "request")}`);
    }
    return isDone ? 0 : 1;
  },
};
