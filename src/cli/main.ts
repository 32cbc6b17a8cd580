import { isEdgewaterError } from "../errors.ts";
import { nearest } from "../options.ts";
import type { Command } from "./command.ts";
import { backfillCommand } from "./commands/backfill.ts";
import { doctorCommand } from "./commands/doctor.ts";
import { evaluateCommand } from "./commands/evaluate.ts";
import { exportCommand, importCommand } from "./commands/files.ts";
import { materializeCommand } from "./commands/materialize.ts";
import { pruneCommand } from "./commands/prune.ts";
import { runsCommand } from "./commands/runs.ts";
import { statusCommand } from "./commands/status.ts";
import { uiCommand } from "./commands/ui.ts";
import { whyCommand } from "./commands/why.ts";
import { interruption, note, print } from "./host.ts";
import { errorText } from "./output.ts";
import { type Options, parse, UsageError } from "./parse.ts";
import { projectOf } from "./project.ts";

const commands: Readonly<Record<string, Command>> = {
  ui: uiCommand,
  materialize: materializeCommand,
  status: statusCommand,
  runs: runsCommand,
  why: whyCommand,
  evaluate: evaluateCommand,
  backfill: backfillCommand,
  prune: pruneCommand,
  export: exportCommand,
  import: importCommand,
  doctor: doctorCommand,
};

const common: Options = {
  json: { about: "Print JSON, for programs" },
  help: { short: "h", about: "Print this help" },
};

/** The exit codes of all commands. */
const exitCodes = `Exit codes:
  0    done
  1    something has failed, such as a step or a check of doctor
  2    the command line or the module of assets is wrong
  130  interrupted with Ctrl+C; runs are canceled`;

/**
 * Runs a command line.
 *
 * @returns the exit code
 */
export async function main(args: readonly string[]): Promise<number> {
  const [name = "--help", ...rest] = args;
  if (["--help", "-h", "help"].includes(name)) {
    await print(overview());
    return 0;
  }
  const { signal, end } = interruption();
  const isJson = rest.includes("--json");
  try {
    const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
    if (command === undefined) throw new UsageError(unknownCommand(name));
    const given = parse(rest, { ...command.options, ...common });
    if (given.has("help")) {
      await print(helpOf(name, command));
      return 0;
    }
    const code = await command.run({ given, ...projectOf(given.names), signal, isJson });
    return code === 1 && signal.aborted ? canceled() : code;
  } catch (error) {
    if (signal.aborted) return canceled();
    note(`${isJson ? JSON.stringify({ error: jsonOf(error) }) : errorText(error)}\n`);
    return error instanceof UsageError || isEdgewaterError(error, "DefinitionError", "GraphError", "SettingsError") ? 2 : 1;
  } finally {
    end();
  }
}

/** The exit code of a command that Ctrl+C has ended before its work was done. */
function canceled(): number {
  note("Canceled\n");
  return 130;
}

function jsonOf(error: unknown): object {
  return isEdgewaterError(error) ? { code: error.code, message: error.message } : { message: errorText(error) };
}

function unknownCommand(name: string): string {
  const near = nearest(name, Object.keys(commands));
  return `Unknown command ${JSON.stringify(name)}; ${near === undefined ? "see edgewater --help" : `did you mean ${near}?`}`;
}

function overview(): string {
  const width = Math.max(...Object.keys(commands).map(({ length }) => length));
  const lines = Object.entries(commands).map(([name, { about }]) => `  ${name.padEnd(width)}  ${about}`);
  return [
    "Usage: edgewater COMMAND [MODULE] [NAME…] [--option…]",
    "",
    "MODULE exports `assets` and, if it likes, the other options of Repository.open: `tasks`, `ioHandler`, `storage`, `executor`,",
    "`retry`, `leaseMs`, `log`. Unless given, it is assets.ts, assets.js or one of them in src. Records and values are in .edgewater",
    "unless the module says otherwise.",
    "",
    "Commands:",
    ...lines,
    "",
    "edgewater COMMAND --help says more.",
    "",
    exitCodes,
  ].join("\n");
}

function helpOf(name: string, { about, names, options, examples }: Command): string {
  const rows = Object.entries({ ...options, ...common }).map(([option, { value, short, isList, about: what }]) => {
    const left = `${short === undefined ? "" : `-${short}, `}--${option}${value === undefined ? "" : ` ${value}`}`;
    return [left, `${what}${isList ? "; may be given several times" : ""}`] as const;
  });
  const width = Math.max(...rows.map(([left]) => left.length));
  return [
    `Usage: edgewater ${name} [MODULE]${names === "" ? "" : ` ${names}`} [--option…]`,
    "",
    about,
    "",
    "Options:",
    ...rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`),
    "",
    "Examples:",
    ...examples.map((example) => `  edgewater ${name} ${example}`.trimEnd()),
    "",
    exitCodes,
  ].join("\n");
}
