import type { Command } from "../command.ts";
import { print } from "../host.ts";
import { UsageError } from "../parse.ts";

export const pruneCommand: Command = {
  about: "Delete old records, and with --versions old versions of values",
  names: "",
  options: {
    before: { value: "WHEN", about: "Only what is older: 30d, 12h, or a date such as 2018-02-01" },
    keep: { value: "COUNT", about: "Keep so many of the newest of each asset or partition; 1 unless given" },
    versions: { about: "Delete old versions of values that their handlers keep, not records" },
    "dry-run": { about: "Print what would be deleted, and delete nothing" },
  },
  examples: ["--before 30d --dry-run", "--versions --keep 10"],
  run: async ({ given, project, signal, isJson }) => {
    const before = timeOf(given.text("before"));
    const keep = given.number("keep", 1);
    const dryRun = given.has("dry-run");
    if (before === undefined && !given.has("versions")) throw new UsageError("Say which records are old: --before 30d");
    if (before === undefined && keep === undefined) throw new UsageError("Say which versions are old: --before 30d, or --keep 10");
    await using repository = await project.open();
    const rest = { ...(keep !== undefined && { keep }), dryRun, signal };
    const pruned = given.has("versions")
      ? await repository.prune({ ...(before !== undefined && { before: new Date(before) }), ...rest })
      : await repository.storage.prune({ before: before ?? 0, ...rest });
    await print(isJson ? JSON.stringify(pruned) : pruned.explanation.join("\n") || "Nothing to delete");
    return 0;
  },
};

const units: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };

/** A time in milliseconds. @throws a usage error for text that is not a time */
function timeOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const [, number, unit = ""] = /^(\d{1,6})([mhdw])$/.exec(text) ?? [];
  if (number !== undefined) return Date.now() - Number(number) * (units[unit] ?? 0);
  const time = /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text) : Number.NaN;
  if (!Number.isNaN(time)) return time;
  throw new UsageError(`Invalid --before ${JSON.stringify(text)}; expected a time such as 30d, 12h or 2018-02-01`);
}
