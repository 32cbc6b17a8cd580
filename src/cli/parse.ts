import { parseArgs } from "node:util";
import { nearest } from "../options.ts";

/** An option of a command. */
export interface Option {
  /** What it takes, for the help, such as `KEY`; a flag takes nothing. */
  readonly value?: string;
  /** One letter. */
  readonly short?: string;
  /** Whether it may be given several times. */
  readonly isList?: true;
  readonly about: string;
}

export type Options = Readonly<Record<string, Option>>;

/** What was given on a command line. */
export class Given {
  readonly names: readonly string[];
  readonly #values: Readonly<Record<string, readonly (string | true)[]>>;

  constructor(names: readonly string[], values: Readonly<Record<string, readonly (string | true)[]>>) {
    this.names = names;
    this.#values = values;
  }

  has(option: string): boolean {
    return this.#values[option] !== undefined;
  }

  text(option: string): string | undefined {
    const value = this.#values[option]?.at(-1);
    return value === true ? undefined : value;
  }

  list(option: string): readonly string[] {
    return (this.#values[option] ?? []).filter((value) => value !== true);
  }

  /** @throws a usage error for anything else than a whole number, `least` or more */
  number(option: string, least: number): number | undefined {
    const text = this.text(option);
    if (text === undefined) return undefined;
    const number = Number(text);
    if (/^\d+$/.test(text) && Number.isSafeInteger(number) && number >= least) return number;
    throw new UsageError(`Invalid --${option} ${JSON.stringify(text)}; expected a whole number, ${least} or more`);
  }

  /** @throws a usage error for anything else than these words */
  word<Word extends string>(option: string, ...words: readonly Word[]): Word | undefined {
    const text = this.text(option);
    const found = words.find((word) => word === text);
    if (text === undefined || found !== undefined) return found;
    const near = nearest(text, words);
    throw new UsageError(`Invalid --${option} ${JSON.stringify(text)}; ${near ? `did you mean ${near}?` : `expected ${words.join(", ")}`}`);
  }
}

/** A command line that cannot be understood. */
export class UsageError extends Error {}

/** @throws a usage error for unknown options, with the nearest known one, and for values that are missing or too many */
export function parse(args: readonly string[], options: Options): Given {
  const config = Object.fromEntries(
    Object.entries(options).map(([name, { value, short }]) => [
      name,
      { type: value === undefined ? ("boolean" as const) : ("string" as const), multiple: true, ...(short && { short }) },
    ]),
  );
  const { tokens } = parseArgs({ args: [...args], options: config, strict: false, allowPositionals: true, tokens: true });
  const names: string[] = [];
  const values: Record<string, (string | true)[]> = {};
  for (const token of tokens) {
    if (token.kind === "positional") names.push(token.value);
    if (token.kind !== "option") continue;
    const option = Object.hasOwn(options, token.name) ? options[token.name] : undefined;
    if (option === undefined) throw new UsageError(unknown(token.rawName, options));
    if (option.value === undefined && token.value !== undefined) throw new UsageError(`The option --${token.name} takes no value`);
    // An option in place of the value was forgotten more likely than meant.
    const isMissing = token.value === undefined || (token.inlineValue === false && /^--?[a-z]/.test(token.value));
    if (option.value !== undefined && isMissing)
      throw new UsageError(`The option --${token.name} needs a value: --${token.name} ${option.value}`);
    const list = values[token.name] ?? [];
    values[token.name] = list;
    if (list.length > 0 && !option.isList) throw new UsageError(`The option --${token.name} may be given once`);
    list.push(token.value ?? true);
  }
  return new Given(names, values);
}

function unknown(given: string, options: Options): string {
  const near = nearest(given, Object.keys(options));
  return `Unknown option ${given}; ${near === undefined ? "see --help" : `did you mean --${near}?`}`;
}
