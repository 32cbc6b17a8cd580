import { EdgewaterError } from "../errors.ts";
import { type EnvironmentSource, environmentOf, isLookUp, namesIn } from "../runtime/environment.ts";
import { coerce } from "./coerce.ts";
import { asValues, findProto, merge, type Values, valueAt } from "./plain-data.ts";
import type { Problems } from "./problems.ts";
import type { Fields, Shape } from "./shape.ts";
import { findUnknown } from "./unknown-names.ts";
import { fieldOf, variableAt, variableOf } from "./variable.ts";

/** One source of variables, or several in order of precedence. */
export type EnvironmentSources = EnvironmentSource | readonly EnvironmentSource[];

/** The source of each value by its path, for messages. */
export type Origins = Map<string, string>;

/** What reading the sources needs and collects. */
export interface Reading {
  readonly envPrefix: string;
  readonly problems: Problems;
  readonly origins: Origins;
}

/**
 * Adds the values of the sources to the given settings. A variable is read only if nothing of higher precedence is given,
 * so that an invalid value that is not needed is not an error.
 */
export function readSources(given: Values, shape: Shape, sources: EnvironmentSources | undefined, reading: Reading): Values {
  let values = given;
  for (const source of listOf(sources)) {
    const environment = environmentOf(source);
    const label = isLookUp(source) && source.label ? ` in ${source.label}` : "";
    const found = readFields(shape.fields ?? new Map(), values, [], { ...reading, environment, names: () => namesIn(source), label });
    values = merge(found, values, shape.fields);
  }
  return values;
}

/** @throws `SettingsError` for an invalid source */
function listOf(sources: EnvironmentSources | undefined): readonly (EnvironmentSource | undefined)[] {
  const list: readonly unknown[] = Array.isArray(sources) ? sources : [sources];
  if (Array.isArray(sources) ? list.every(isSource) : sources === undefined || isSource(sources))
    return list as readonly EnvironmentSource[];
  throw new EdgewaterError(
    "SettingsError",
    "Invalid env of settings; expected a record, a function, or an array of them in order of precedence",
    {
      field: "env",
    },
  );
}

function isSource(source: unknown): boolean {
  return isLookUp(source) || (typeof source === "object" && source !== null && !Array.isArray(source));
}

interface SourceReading extends Reading {
  readonly environment: (name: string) => unknown;
  /** Returns the names of the variables that the source has, as far as it can be asked. */
  readonly names: () => Iterable<string>;
  /** The text after the name of a variable in messages. */
  readonly label: string;
}

function readFields(fields: Fields, given: unknown, above: readonly string[], reading: SourceReading): Values {
  const values: Values = {};
  for (const [name, shape] of fields) {
    const path = [...above, name];
    const upper = valueAt(given, [name]);
    if (isComplete(upper, shape)) continue;
    const inside = { ...readKeys(shape, upper, path, reading), ...(shape.fields && readFields(shape.fields, upper, path, reading)) };
    const own = readVariable(shape, upper, path, reading);
    if (Object.keys(inside).length > 0) values[name] = merge(asValues(own) ?? {}, inside, shape.fields);
    else if (own !== undefined) values[name] = own;
  }
  return values;
}

/** Reads the variables of the keys of a record: `<variable>__<KEY>`. */
function readKeys(shape: Shape, given: unknown, path: readonly string[], reading: SourceReading): Values {
  if (!shape.isRecord) return {};
  const start = `${variableAt(reading.envPrefix, path)}__`;
  const keys = new Map<string, Shape>();
  for (const variable of reading.names()) {
    const [part = ""] = variable.startsWith(start) ? variable.slice(start.length).split("__") : [];
    const key = fieldOf(part);
    const item = part === "" || shape.fields?.has(key) ? undefined : shape.item?.(key);
    if (item && variableOf(key) === part) keys.set(key, item);
  }
  return readFields(keys, given, path, reading);
}

/** Returns whether no source of lower precedence can add to the value: it is not an object, or has all fields. */
function isComplete(value: unknown, shape: Shape): boolean {
  if (value === undefined) return false;
  if (!asValues(value) || !shape.kinds.includes("json")) return true;
  return shape.fields !== undefined && !shape.isOpen && hasAll(value, shape);
}

function hasAll(value: unknown, { fields = new Map() }: Shape): boolean {
  return [...fields].every(([name, field]) => isComplete(valueAt(value, [name]), field));
}

function readVariable(shape: Shape, upper: unknown, path: readonly string[], reading: SourceReading): unknown {
  const { environment, envPrefix, label, problems, origins } = reading;
  const variable = variableAt(envPrefix, path);
  const raw = environment(variable);
  if (raw === undefined) return undefined;
  const source = variable + label;
  const { value, problem } = coerce(raw, shape);
  if (problem !== undefined) {
    if (upper !== undefined && hasAll(upper, shape)) return undefined;
    problems.add(path, problem, source);
  }
  const proto = findProto(value, path);
  if (proto) problems.add(proto, "this name is not allowed", source);
  findUnknown(value, shape, path, (at, unknown) => problems.add(at, unknown, source));
  remember(value, path, source, origins);
  return value;
}

function remember(value: unknown, path: readonly string[], source: string, origins: Origins): void {
  const key = JSON.stringify(path);
  if (!origins.has(key)) origins.set(key, source);
  for (const [name, inside] of Object.entries(asValues(value) ?? {})) remember(inside, [...path, name], source, origins);
}
