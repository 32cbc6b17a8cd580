import { damaged } from "../failures.ts";
import { attempt, extrasOf, record, shown, text } from "./checks.ts";
import type { Encoded } from "./encoded-form.ts";
import { ours } from "./encoded-form.ts";
import type { Patterns } from "./patterns.ts";

export function encodeURL(url: URL): Encoded | string {
  return extrasOf(url, [], usedURL) ?? { type: '"URL"', text: JSON.stringify(URL.prototype.toString.call(url)) };
}

export function decodeURL(raw: unknown): URL {
  const href = text(raw);
  const url = attempt(() => new URL(href));
  if (url.href !== href) throw damaged(`${shown(raw)} is not the href of a URL`);
  return url;
}

export function encodeURLSearchParams(parameters: URLSearchParams): Encoded | string {
  const extras = extrasOf(parameters, [], () => new URLSearchParams("a=1"));
  return extras ?? { type: ours("URLSearchParams"), text: JSON.stringify(URLSearchParams.prototype.toString.call(parameters)) };
}

export function decodeURLSearchParams(raw: unknown): URLSearchParams {
  return new URLSearchParams(text(raw));
}

/** Some runtimes give a URL another symbol when its parameters are read. */
function usedURL(): URL {
  const url = new URL("data:,");
  url.searchParams.toString();
  return url;
}

export function encodeRegExp(regExp: RegExp, isAllowed: boolean, patterns: Patterns): Encoded | string {
  if (!isAllowed) return "regular expressions are switched off here";
  if (regExp.lastIndex !== 0) return "the lastIndex of a RegExp would be lost; set it to 0";
  const problem = extrasOf(regExp, ["lastIndex"]);
  if (problem !== undefined) return problem;
  // What toString returns, in a fraction of its time.
  const source = `/${regExp.source}/${regExp.flags}`;
  return patterns.add(source) ?? { type: '"regexp"', text: JSON.stringify(source) };
}

export function decodeRegExp(raw: unknown, isAllowed: boolean, patterns: Patterns): RegExp {
  if (!isAllowed) throw damaged("it has a regular expression, and they are switched off here");
  const source = text(raw);
  const problem = patterns.add(source);
  if (problem !== undefined) throw damaged(problem);
  const end = source.lastIndexOf("/");
  if (end < 1 || source[0] !== "/") throw damaged(`${shown(raw)} is not a regular expression`);
  return attempt(() => new RegExp(source.slice(1, end), source.slice(end + 1)));
}

/** The classes of Temporal whose text says all of a value. */
const temporalTexts = ["Instant", "ZonedDateTime", "PlainDate", "PlainTime", "PlainDateTime", "PlainYearMonth", "PlainMonthDay"];

const durationFields = ["years", "months", "weeks", "days", "hours", "minutes", "seconds", "milliseconds", "microseconds", "nanoseconds"];

interface TemporalClass {
  readonly prototype: object;
  readonly from: (text: unknown) => object;
}

function temporalClass(name: string): TemporalClass | undefined {
  return (globalThis as unknown as { readonly Temporal?: Readonly<Record<string, TemporalClass>> }).Temporal?.[name];
}

/** A value of Temporal; undefined for any other one. */
export function encodeTemporal(value: object): Encoded | string | undefined {
  const tag = Object.prototype.toString.call(value).slice(8, -1);
  if (!tag.startsWith("Temporal.")) return undefined;
  const name = tag.slice("Temporal.".length);
  if (Object.getPrototypeOf(value) !== temporalClass(name)?.prototype) return undefined;
  const extras = extrasOf(value);
  if (extras !== undefined) return extras;
  if (name === "Duration") {
    // Its text would add up the parts of a second.
    const fields = durationFields.map((field) => [field, (value as Readonly<Record<string, number>>)[field]] as const);
    return { type: ours(tag), text: JSON.stringify(Object.fromEntries(fields.filter(([, amount]) => amount !== 0))) };
  }
  return temporalTexts.includes(name) ? { type: ours(tag), text: JSON.stringify(String(value)) } : undefined;
}

/** The value of an annotation that begins with `Temporal.`. */
export function decodeTemporal(tag: string, raw: unknown): object {
  const name = tag.slice("Temporal.".length);
  const isDuration = name === "Duration";
  if (!isDuration && !temporalTexts.includes(name)) throw damaged(`its annotation ${JSON.stringify(tag)} is not known here`);
  const found = temporalClass(name);
  if (found === undefined) throw damaged(`it has a ${tag}, which this runtime lacks; load a polyfill before reading`);
  if (!isDuration) return attempt(() => found.from(text(raw)));
  const fields = record(raw);
  for (const [field, amount] of Object.entries(fields))
    if (!durationFields.includes(field) || typeof amount !== "number") throw damaged(`a ${tag} has the field ${JSON.stringify(field)}`);
  return attempt(() => found.from(Object.keys(fields).length === 0 ? { seconds: 0 } : fields));
}
