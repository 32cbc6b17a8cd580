import { EdgewaterError, type SettingsIssue } from "../errors.ts";
import { settingsError } from "./problems.ts";

/** A source of settings with the variables of `.env` text. */
export interface DotenvSource {
  /** Returns the value of a variable; `undefined` when it is not set. */
  (name: string): string | undefined;
  /** The name of the source in messages. */
  readonly label: string;
}

/**
 * Parses `.env` text and returns its variables as a source of settings, on every runtime.
 *
 * | line | meaning |
 * |-|-|
 * | `KEY=value` | the text up to a ` #`, trimmed; no escapes |
 * | `export KEY=value` | the same |
 * | `KEY='value'` | the text between the quotes, on one line; `\\'` and `\\\\` are escapes |
 * | `KEY="value"` | the text between the quotes, on one line or several; `\\n \\r \\t \\" \\\\` are escapes |
 * | `KEY=` | the empty string, which is a value |
 * | `# …` or an empty line | nothing; a comment may also follow a closing quote |
 *
 * If a name occurs several times, the last one wins. `$NAME` is not expanded.
 *
 * @param options.name the name of the source in messages; `.env` by default
 * @throws `SettingsError` that lists the number of every invalid line. It does not show the lines: they may hold secrets
 *
 * @example
 * ```ts
 * import { dotenv, runtimeEnvironment } from "edgewater";
 *
 * const local = dotenv(`
 *   JSON_IO_FOLDER="data"   # where assets are written
 * `);
 * new JsonIOHandler({}, { env: [runtimeEnvironment, local] });
 * ```
 */
export function dotenv(text: string, { name = ".env" }: { readonly name?: string } = {}): DotenvSource {
  if (typeof text !== "string") throw new EdgewaterError("SettingsError", "Cannot read .env text; expected a string");
  const variables = parse(text, name);
  return Object.assign((variable: string) => variables.get(variable), { label: name });
}

const blank = /[^\S\n]*(?:#[^\n]*)?(?:\n|$)/y;
const start = /[^\S\n]*(?:export[^\S\n]+)?([A-Za-z_][A-Za-z0-9_]*)[^\S\n]*=[^\S\n]*/y;
const doubleQuoted = /"((?:[^"\\]|\\[\s\S])*)"/y;
const singleQuoted = /'((?:[^'\\\n]|\\[^\n])*)'/y;
const unquoted = /(?!["'])[^\n]*/y;
const line = /[^\n]*(?:\n|$)/y;

function parse(text: string, name: string): ReadonlyMap<string, string> {
  const source = text.replace(/^\uFEFF/, "").replace(/\r\n?/g, "\n");
  const variables = new Map<string, string>();
  const issues: SettingsIssue[] = [];
  let at = 0;
  const take = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    const found = pattern.exec(source);
    if (found) at += found[0].length;
    return found;
  };
  const refuse = (from: number, problem: string): void => {
    const number = source.slice(0, from).split("\n").length;
    issues.push({ field: "", problem: `line ${number}: ${problem}`, source: name });
    at = from;
    take(line);
  };
  while (at < source.length) {
    const from = at;
    if (take(blank)) continue;
    const key = take(start)?.[1];
    if (key === undefined) {
      refuse(from, "expected KEY=value");
      continue;
    }
    const value = valueAfter(take);
    if (value === undefined) refuse(from, "a quote is not closed");
    else if (!take(blank)) refuse(from, "expected nothing after the closing quote");
    else variables.set(key, value);
  }
  if (issues.length > 0) throw settingsError(`Cannot read ${name}`, issues);
  return variables;
}

const escapes: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t", '"': '"', "\\": "\\" };

function valueAfter(take: (pattern: RegExp) => RegExpExecArray | null): string | undefined {
  const double = take(doubleQuoted);
  if (double) return double[1]?.replace(/\\([\s\S])/g, (all, escaped: string) => escapes[escaped] ?? all);
  const single = take(singleQuoted);
  if (single) return single[1]?.replace(/\\(['\\])/g, "$1");
  const plain = take(unquoted)?.[0];
  const comment = plain?.search(/(?:^|\s)#/) ?? -1;
  return comment < 0 ? plain?.trim() : plain?.slice(0, comment).trim();
}
