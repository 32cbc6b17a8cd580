import { inspect } from "../../inspector/inspect.ts";
import type { Command } from "../command.ts";
import { print } from "../host.ts";
import { UsageError } from "../parse.ts";

export const whyCommand: Command = {
  about: "Show why an asset is stale, up to where it began",
  names: "ASSET",
  options: { partition: { value: "KEY", short: "p", about: "Of this partition" } },
  examples: ["report", "./assets.ts hourly --partition 2018-02-01T06:00"],
  run: async ({ given, names, project, signal, isJson }) => {
    const [name, ...others] = names;
    if (name === undefined || others.length > 0) throw new UsageError("Pass the name of one asset: edgewater why ASSET");
    await using repository = await project.open();
    const inspection = inspect(repository);
    const partition = given.text("partition");
    const why = await inspection.why(name, { ...(partition !== undefined && { partition }), signal });
    await inspection.close();
    if (isJson) await print(JSON.stringify(why));
    else if (why.chain.length === 0) await print(`${name} is not stale`);
    else {
      const lines = why.chain.map(
        ({ asset, partition: key, reason }, depth) => `${"  ".repeat(depth)}${asset}${key === undefined ? "" : `[${key}]`}: ${reason}`,
      );
      const innocent = why.innocent.map(({ asset, because }) => `No cause: ${asset}, ${because}`);
      await print([...lines, ...(why.isCut ? ["…"] : []), ...innocent].join("\n"));
    }
    return 0;
  },
};
