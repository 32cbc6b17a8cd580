import type { Command } from "../command.ts";
import { print } from "../host.ts";
import { durationText, table, timeText } from "../output.ts";

export const runsCommand: Command = {
  about: "List the last runs",
  names: "",
  options: {
    limit: { value: "COUNT", about: "So many at most; 20 unless given" },
    status: { value: "STATUS", about: "Only runs that are Started, Interrupted, Success, Failure or Canceled" },
  },
  examples: ["", "--status Failure --limit 5 --json"],
  run: async ({ given, project, isJson }) => {
    await using repository = await project.open();
    const status = given.word("status", "Started", "Interrupted", "Success", "Failure", "Canceled");
    const runs = await repository.storage.getRuns({ limit: given.number("limit", 1) ?? 20, ...(status && { status }) });
    if (isJson) await print(JSON.stringify(runs));
    else {
      const rows = runs.map((run) => [
        run.runId,
        run.status,
        timeText(run.startTime),
        run.endTime === undefined ? "" : durationText(run.endTime - run.startTime),
        run.nodeNames.length > 3
          ? `${run.nodeNames.slice(0, 3).join(", ")} and ${run.nodeNames.length - 3} more`
          : run.nodeNames.join(", "),
      ]);
      await print(rows.length === 0 ? "There are no runs" : table(["run", "status", "started (UTC)", "took", "assets"], rows));
    }
    return 0;
  },
};
