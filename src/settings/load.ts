import type { InferInput, InferOutput } from "valibot";
import { EdgewaterError } from "../errors.ts";
import { type Environment, type EnvironmentSource, environmentOf } from "../runtime/environment.ts";
import { coerce } from "./coerce.ts";
import { type Field, fieldsOf, type SettingsIssue, type SettingsSchema } from "./schema.ts";

export interface LoadOptions<Schema extends SettingsSchema> {
  /** Whose settings they are, for messages. */
  readonly owner: string;
  /** Given in code; wins over the environment. */
  readonly explicit: Partial<InferInput<Schema>>;
  /** What every variable starts with, such as `JSON_IO_`. */
  readonly envPrefix: string;
  /** Where variables come from; the runtime's own unless given. */
  readonly env?: EnvironmentSource | undefined;
}

type Values = Record<string, unknown>;

/**
 * Settings from code and environment, validated: an explicit argument wins over the environment, which wins over the
 * schema's default. `basePath` is read from `<PREFIX>BASE_PATH`, a nested `sub.basePath` from
 * `<PREFIX>SUB__BASE_PATH`; objects are merged deeply. Variables for arrays and objects hold JSON.
 *
 * @throws `SettingsError` that lists every problem with its source, and never a value
 */
export function loadSettings<Schema extends SettingsSchema>(
  schema: Schema,
  { owner, explicit, envPrefix, env }: LoadOptions<Schema>,
): InferOutput<Schema> {
  const fields = fieldsOf(schema);
  const problems = new Map<string, string>();
  const variables = new Map<string, string>();
  const found = fromEnvironment(fields, envPrefix, environmentOf(env), { problems, variables, path: [] });
  findUnknown(explicit as Values, fields, [], problems);
  const merged = merge(found, explicit as Values);
  const result = schema["~standard"].validate(merged);
  if (result instanceof Promise) throw new EdgewaterError("DefinitionError", `The settings of ${owner} must validate synchronously`);
  for (const issue of (result.issues ?? []) as unknown as readonly SettingsIssue[]) {
    const path = (issue.path ?? []).map((item) => String(item.key));
    const name = path.join(".");
    // A text that could not be coerced is reported already, and better.
    if (!problems.has(name)) problems.set(name, describe(issue, path, { merged, explicit: explicit as Values, envPrefix, variables }));
  }
  if (problems.size === 0 && result.issues === undefined) return result.value as InferOutput<Schema>;
  const list = [...problems].map(([name, problem]) => `  - ${name}: ${problem}`);
  throw new EdgewaterError("SettingsError", `Cannot configure ${owner}:\n${list.join("\n")}`, { field: [...problems.keys()][0] });
}

interface Reading {
  /** By the path of the setting. */
  readonly problems: Map<string, string>;
  /** Which variable gave the value at which path. */
  readonly variables: Map<string, string>;
  readonly path: readonly string[];
}

function fromEnvironment(fields: readonly Field[], prefix: string, environment: Environment, reading: Reading): Values {
  const values: Values = {};
  for (const field of fields) {
    const path = [...reading.path, field.name];
    const variable = prefix + variableName(field.name);
    const raw = environment(variable);
    if (raw !== undefined) {
      const { value, problem } = coerce(raw, field.kind);
      if (problem !== undefined) reading.problems.set(path.join("."), `${problem} (from ${variable})`);
      values[field.name] = value;
      reading.variables.set(path.join("."), variable);
    }
    if (field.fields === undefined) continue;
    const nested = fromEnvironment(field.fields, `${variable}__`, environment, { ...reading, path });
    if (Object.keys(nested).length > 0) values[field.name] = merge(asValues(values[field.name]) ?? {}, nested);
  }
  return values;
}

/** `basePath` → `BASE_PATH`, `accessKeyID` → `ACCESS_KEY_ID`. */
function variableName(field: string): string {
  return field.replace(/([a-z0-9])([A-Z])|([A-Z])([A-Z][a-z])/g, "$1$3_$2$4").toUpperCase();
}

function findUnknown(values: Values, fields: readonly Field[], path: readonly string[], problems: Map<string, string>): void {
  for (const [name, value] of Object.entries(values)) {
    const field = fields.find((candidate) => candidate.name === name);
    const nested = asValues(value);
    if (field === undefined) {
      const known = fields.map((candidate) => candidate.name).join(", ");
      problems.set([...path, name].join("."), `there is no such setting; there are ${known} (from the argument)`);
    } else if (field.fields && nested) {
      findUnknown(nested, field.fields, [...path, name], problems);
    }
  }
}

function merge(below: Values, above: Values): Values {
  const merged = { ...below };
  for (const [name, value] of Object.entries(above)) {
    if (value === undefined) continue;
    const [lower, upper] = [asValues(merged[name]), asValues(value)];
    merged[name] = lower && upper ? merge(lower, upper) : value;
  }
  return merged;
}

function asValues(value: unknown): Values | undefined {
  return typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype ? (value as Values) : undefined;
}

interface Sources {
  readonly merged: Values;
  readonly explicit: Values;
  readonly envPrefix: string;
  readonly variables: ReadonlyMap<string, string>;
}

/** valibot's own messages quote the value, which may be a secret: this says what was expected and where it came from. */
function describe(issue: SettingsIssue, path: readonly string[], { merged, explicit, envPrefix, variables }: Sources): string {
  const variable = envPrefix + path.map(variableName).join("__");
  if (lookUp(merged, path) === undefined) return `it is missing; pass it or set ${variable}`;
  const expected = issue.expected === null ? customMessage(issue) : `expected ${issue.expected}`;
  const isExplicit = lookUp(explicit, path) !== undefined;
  return `${expected} (from ${isExplicit ? "the argument" : (variables.get(path.join(".")) ?? variables.get(path[0] ?? "") ?? variable)})`;
}

/** The author's own words, unless valibot wrote the value into them. */
function customMessage({ message, received }: SettingsIssue): string {
  return message.includes(received) ? "it is not valid" : message;
}

function lookUp(values: Values, path: readonly string[]): unknown {
  return path.reduce<unknown>((value, key) => (value as Values | undefined | null)?.[key], values);
}
