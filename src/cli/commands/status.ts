import type { Command } from "../command.ts";
import { print } from "../host.ts";
import { table } from "../output.ts";

export const statusCommand: Command = {
  about: "Show what is missing, stale or up to date, and why",
  names: "[ASSET…]",
  options: {
    partitions: { about: "Each partition too" },
    verify: { about: "Ask the stores, and record what differs from the records" },
  },
  examples: ["", "daily hourly --partitions", "--verify --json"],
  run: async ({ given, names, project, signal, isJson }) => {
    await using repository = await project.open();
    const rows = await repository.status({
      ...(names.length > 0 && { selection: names }),
      partitions: given.has("partitions"),
      ...(given.has("verify") && { verify: true }),
      signal,
    });
    if (isJson) await print(JSON.stringify(rows));
    else {
      const shown = rows.map(({ asset, partition, status, causes, uncommitted }) => [
        partition === undefined ? asset : `${asset}[${partition}]`,
        status,
        uncommitted === undefined ? (causes[0]?.reason ?? "") : "written, not recorded",
      ]);
      await print(shown.length === 0 ? "There are no assets" : table(["asset", "status", "reason"], shown));
    }
    return 0;
  },
};
