import type { Given, Options } from "./parse.ts";
import type { Project } from "./project.ts";

/** What a command has to work with. */
export interface CommandContext {
  readonly given: Given;
  /** Names that were given after the module. */
  readonly names: readonly string[];
  readonly project: Project;
  /** Aborted by Ctrl+C. */
  readonly signal: AbortSignal;
  /** Whether a program reads what is printed. */
  readonly isJson: boolean;
}

/** A command of `npx edgewater`. */
export interface Command {
  /** One line for the list of commands. */
  readonly about: string;
  /** What follows the module, for the help: `[ASSET…]`. */
  readonly names: string;
  readonly options: Options;
  /** Examples for the help. */
  readonly examples: readonly string[];
  /** @returns the exit code: 0 when it has done what it was asked for, 1 when something has failed */
  readonly run: (context: CommandContext) => Promise<0 | 1>;
}
