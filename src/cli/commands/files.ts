import type { Command } from "../command.ts";
import { print, readLines, writeLines } from "../host.ts";
import { count } from "../output.ts";
import { UsageError } from "../parse.ts";

export const exportCommand: Command = {
  about: "Write the records, not the values, to a file or to the standard output",
  names: "[FILE]",
  options: {},
  examples: ["records.ndjson", "./assets.ts > records.ndjson"],
  run: async ({ names, project, signal, isJson }) => {
    const [file, ...others] = names;
    if (others.length > 0) throw new UsageError("Pass one file: edgewater export FILE");
    await using repository = await project.open();
    const lines = await writeLines(file, repository.storage.export({ signal }));
    if (file !== undefined) await print(isJson ? JSON.stringify({ file, lines }) : `Wrote ${count(lines, "record")} to ${file}`);
    return 0;
  },
};

export const importCommand: Command = {
  about: "Read records that export has written",
  names: "FILE",
  options: { merge: { about: "Add them to the records that there are already" } },
  examples: ["records.ndjson", "- --merge < records.ndjson"],
  run: async ({ given, names, project, signal, isJson }) => {
    const [file, ...others] = names;
    if (file === undefined || others.length > 0) throw new UsageError("Pass one file, or - for the standard input: edgewater import FILE");
    await using repository = await project.open();
    let lines = 0;
    const counted = async function* (): AsyncGenerator<string> {
      for await (const line of readLines(file)) {
        lines++;
        yield line;
      }
    };
    await repository.storage.import(counted(), { merge: given.has("merge"), signal });
    await print(isJson ? JSON.stringify({ file, lines }) : `Read ${count(lines, "record")} from ${file}`);
    return 0;
  },
};
