import { EdgewaterError } from "../errors.ts";
import { aString, checkOptions } from "../options.ts";

/** A source of settings with the variables of `.env` text. */
export interface DotenvSource {
  /** Returns the value of a variable; `undefined` when it is not set. */
  (name: string): string | undefined;
  /** The name of the source in messages. */
  readonly label: string;
  /** Returns the names of all variables. */
  readonly names: () => Iterable<string>;
}

/**
 * Parses `.env` text and returns its variables as a source of settings, on every runtime. It reads what the package
 * `dotenv` reads: the same names and the same values.
 *
 * | line | meaning |
 * |-|-|
 * | `KEY=value` | the text up to a `#`, trimmed; no escapes |
 * | `export KEY=value`, `KEY: value` | the same |
 * | `KEY='value'`, ``KEY=`value` `` | the text between the quotes, on one line or several; no escapes |
 * | `KEY="value"` | the same; `\\n` and `\\r` are line breaks |
 * | `KEY=` | the empty string, which is a value |
 * | any other line | nothing |
 *
 * A name has letters, digits, `_`, `.` and `-`. If a name occurs several times, the last one wins. `$NAME` is not expanded.
 * A quote that is not closed is a part of the value, up to the end of the line.
 *
 * @param options.name the name of the source in messages; `.env` by default
 * @throws `SettingsError` for text that is not a string
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
export function dotenv(text: string, options: { readonly name?: string } = {}): DotenvSource {
  if (typeof text !== "string") throw new EdgewaterError("SettingsError", "Cannot read .env text; expected a string");
  checkOptions("dotenv", options, { name: aString });
  const variables = parse(text);
  return Object.assign((variable: string) => variables.get(variable), {
    label: options.name ?? ".env",
    names: () => variables.keys(),
  });
}

const space = /\s*/y;
const exported = /export\s+/y;
const key = /[\w.-]+/y;
const equals = /\s*=/y;
const colon = /:\s/y;
/** The end of a value: only a comment, or nothing, follows on its line. */
const lineEnd = /[^\S\n]*(?=[#\n]|$)/y;
const unquoted = /[^#\n]*/y;
const restOfLine = /[^\n]*/y;

/** Reads every character a bounded number of times: a quote is searched only up to the next one that may close it. */
function parse(text: string): ReadonlyMap<string, string> {
  const source = text.replace(/\r\n?/g, "\n");
  const variables = new Map<string, string>();
  /** Returns where the pattern ends if it starts at a position. */
  const after = (pattern: RegExp, from: number): number | undefined => {
    pattern.lastIndex = from;
    return pattern.test(source) ? pattern.lastIndex : undefined;
  };
  const skip = (pattern: RegExp, from: number): number => after(pattern, from) ?? from;
  /** Returns where the value starts, and the name before it. */
  const nameAt = (start: number): { readonly name: string; readonly valueAt: number } | undefined => {
    const end = after(key, start);
    const valueAt = end && (after(equals, end) ?? after(colon, end));
    return valueAt ? { name: source.slice(start, end), valueAt } : undefined;
  };
  for (let at = 0; at < source.length; ) {
    const line = skip(space, at);
    const found = nameAt(skip(exported, line)) ?? nameAt(line);
    if (found === undefined) {
      at = skip(restOfLine, line) + 1;
      continue;
    }
    const { value, end } = valueAt(source, found.valueAt, skip);
    variables.set(found.name, value);
    at = skip(restOfLine, end);
  }
  return variables;
}

function valueAt(source: string, from: number, skip: (pattern: RegExp, from: number) => number): { value: string; end: number } {
  const start = skip(space, from);
  const quote = source[start] ?? "";
  const close = /["'`]/.test(quote) ? closingQuote(source, start, quote) : undefined;
  if (close !== undefined) return { value: withLineBreaks(source.slice(start + 1, close), quote), end: close + 1 };
  const end = skip(unquoted, from);
  const value = source.slice(from, end).trim();
  const isQuoted = value.length > 1 && /^["'`]/.test(value) && value.endsWith(value[0] ?? "");
  return { value: withLineBreaks(isQuoted ? value.slice(1, -1) : value, value[0] ?? ""), end };
}

/** Returns the last quote that may close a value: up to the first one without a backslash, and at the end of its line. */
function closingQuote(source: string, start: number, quote: string): number | undefined {
  let found: number | undefined;
  for (let at = source.indexOf(quote, start + 1); at !== -1; at = source.indexOf(quote, at + 1)) {
    lineEnd.lastIndex = at + 1;
    if (lineEnd.test(source)) found = at;
    if (source[at - 1] !== "\\") break;
  }
  return found;
}

function withLineBreaks(value: string, quote: string): string {
  return quote === '"' ? value.replace(/\\n/g, "\n").replace(/\\r/g, "\r") : value;
}
