/**
 * Settings of IO handlers: schemas, sources, conversion of text, validation and its error.
 *
 * @module
 */
import type { StandardSchemaV1 } from "@standard-schema/spec";
import { EdgewaterError } from "../errors.ts";
import type { SettingsDefinition } from "./definition.ts";
import { findProto, frozenCopy, isPlainObject, merge, type Values, valueAt } from "./plain-data.ts";
import { Problems, settingsError } from "./problems.ts";
import type { Shape } from "./shape.ts";
import { type EnvironmentSources, type Origins, readSources } from "./sources.ts";
import { findUnknown } from "./unknown-names.ts";
import { variableAt } from "./variable.ts";

/** Options of {@link loadSettings}. */
export interface LoadOptions {
  /** The name of the handler, for messages. */
  readonly owner: string;
  /** The settings that are passed in code; they win over the environment. */
  readonly explicit: unknown;
  /** The sources of variables in order of precedence; the runtime's own environment by default. */
  readonly env?: EnvironmentSources | undefined;
}

/**
 * Loads and validates settings: the explicit argument wins over the environment, which wins over the schema's default.
 * `basePath` is read from `<PREFIX>BASE_PATH`, a nested `sub.basePath` from `<PREFIX>SUB__BASE_PATH`; objects are merged
 * deeply. Returns a frozen copy; only values that are not plain data, such as a store, are not copied.
 *
 * @throws `SettingsError` that lists every problem with its source and never shows a value; `DefinitionError` for an async
 *   schema
 */
export function loadSettings({ schema, shape, envPrefix }: SettingsDefinition, { owner, explicit, env }: LoadOptions): unknown {
  if (!isPlainObject(explicit)) {
    const problem = `expected an object of settings, such as { ${[...(shape.fields?.keys() ?? [])][0] ?? "name"}: … }`;
    throw settingsError(`Cannot configure ${owner}`, [{ field: "", problem, source: "the argument" }]);
  }
  const problems = new Problems();
  const origins: Origins = new Map();
  const proto = findProto(explicit);
  if (proto) problems.add(proto, "this name is not allowed", "the argument");
  findUnknown(explicit, shape, [], (path, problem) => problems.add(path, problem, "the argument"));
  const given = merge({}, explicit, shape.fields);
  const merged = readSources(given, shape, env, { envPrefix, problems, origins });
  const result = validate(() => schema["~standard"].validate(merged), owner);
  if (result === undefined) problems.add([], "the schema threw an error, which may quote a value and is not shown", "nowhere");
  for (const issue of result?.issues ?? []) {
    const path = pathOf(issue);
    const { problem, source } = describe(issue, path, { given, merged, origins, shape, envPrefix, vendor: schema["~standard"].vendor });
    problems.add(path, problem, source);
  }
  problems.throwIfAny(owner);
  return frozenCopy((result as { readonly value: Values }).value, shape, given);
}

/** Returns `undefined` when a function of the schema throws. The error is dropped: its message may quote a value. */
function validate(
  call: () => StandardSchemaV1.Result<unknown> | Promise<StandardSchemaV1.Result<unknown>>,
  owner: string,
): StandardSchemaV1.Result<unknown> | undefined {
  let result: StandardSchemaV1.Result<unknown> | Promise<StandardSchemaV1.Result<unknown>>;
  try {
    result = call();
  } catch {
    return undefined;
  }
  if (!("then" in result)) return result;
  result.then(undefined, () => {});
  throw new EdgewaterError(
    "DefinitionError",
    `Cannot use an async schema for the settings of ${owner}; they are validated synchronously, in the constructor`,
  );
}

/** Returns the path as far as it consists of names. The key of a map may be any value, also a secret. */
function pathOf({ path = [] }: StandardSchemaV1.Issue): readonly string[] {
  const names: string[] = [];
  for (const item of path) {
    const { key, type } = (typeof item === "object" ? item : { key: item }) as { readonly key: unknown; readonly type?: unknown };
    if (type === "map" || type === "set" || (typeof key !== "string" && typeof key !== "number")) break;
    names.push(String(key));
  }
  return names;
}

interface Sources {
  readonly given: Values;
  readonly merged: Values;
  readonly origins: Origins;
  readonly shape: Shape;
  readonly envPrefix: string;
  /** The name of the schema library. */
  readonly vendor: string;
}

/** The fields of a valibot issue that do not quote values. */
interface ValibotIssue extends StandardSchemaV1.Issue {
  readonly type?: string;
  readonly expected?: string | null;
  readonly received?: string;
}

/**
 * Returns what was expected and where the value came from. The message of the issue is not used: it may quote the value.
 */
function describe(
  issue: ValibotIssue,
  path: readonly string[],
  { given, merged, origins, shape, envPrefix, vendor }: Sources,
): {
  readonly problem: string;
  readonly source: string;
} {
  const { type, expected, received = "undefined" } = issue;
  const known =
    vendor === "valibot" && typeof expected === "string" && expected !== "unknown" && type !== "raw_check" && type !== "raw_transform";
  if (path.length === 0) return { problem: "the settings are not valid together", source: "nowhere" };
  const isAbsent = valueAt(merged, path) === undefined;
  if (isAbsent && received === "undefined" && expected !== null) {
    const remedy = isDeclared(path, shape) ? `pass it or set ${variableAt(envPrefix, path)}` : "pass it";
    return { problem: `it is missing; ${remedy}`, source: "nowhere" };
  }
  return { problem: known ? `expected ${expected}` : "it is not valid", source: isAbsent ? "the default" : sourceOf(path, given, origins) };
}

function isDeclared(path: readonly string[], shape: Shape): boolean {
  let inside: Shape | undefined = shape;
  for (const name of path) inside = inside?.fields?.get(name);
  return inside !== undefined;
}

/** Returns "the argument" if it has this value, else the variable of the setting or of the nearest object around it. */
function sourceOf(path: readonly string[], given: Values, origins: Origins): string {
  if (valueAt(given, path) !== undefined) return "the argument";
  for (let length = path.length; length > 0; length--) {
    const origin = origins.get(JSON.stringify(path.slice(0, length)));
    if (origin !== undefined) return origin;
  }
  return "the default";
}
