import type { Selection } from "../../run/plan.ts";
import type { CommandContext } from "../command.ts";
import type { Options } from "../parse.ts";

/** The options of commands that choose what to make. */
export const selectionOptions: Options = {
  upstream: { about: "Also everything that the assets are made from" },
  partition: { value: "KEY", isList: true, short: "p", about: "This partition" },
  only: { value: "STATE", about: "Only what is in this state: missing, stale, failed or all, also of partitions" },
  "skip-unchanged": { about: "Skip steps whose code and inputs have not changed" },
  tag: { value: "NAME=VALUE", isList: true, about: "A tag that is kept with the run" },
};

/** What was chosen, as options of `materialize`, `plan` and `backfill`. */
export function selectionOf({ given, names }: CommandContext): Selection & { readonly skipUnchanged?: true } {
  const partitions = given.list("partition");
  const only = given.word("only", "missing", "stale", "failed", "all");
  return {
    ...(names.length > 0 ? { selection: names } : only !== undefined && { selection: only }),
    ...(given.has("upstream") && { includeUpstream: true }),
    ...(partitions.length > 0 ? { partitionKeys: partitions } : only !== undefined && names.length > 0 && { partitionKeys: only }),
    ...(given.has("skip-unchanged") && { skipUnchanged: true as const }),
  };
}

/** The tags of a run. A name without a value has an empty one. */
export function tagsOf({ given }: CommandContext): { readonly tags?: Readonly<Record<string, string>> } {
  const tags = given.list("tag").map((each) => {
    const end = each.indexOf("=");
    return end < 0 ? [each, ""] : [each.slice(0, end), each.slice(end + 1)];
  });
  return tags.length === 0 ? {} : { tags: Object.fromEntries(tags) as Record<string, string> };
}
