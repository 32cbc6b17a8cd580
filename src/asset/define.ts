/** The checks that the factories of assets and tasks share. */

import { isCondition } from "../automation/make-condition.ts";
import { nameProblem } from "../encoding/utf8.ts";
import { EdgewaterError } from "../errors.ts";
import type { BaseIOHandler } from "../io-handler/base.ts";
import { checkIOHandler } from "../io-handler/handler.ts";
import type { TypeHint } from "../io-handler/type-hint.ts";
import { coerceMetadata } from "../metadata/metadata-value.ts";
import {
  aBoolean,
  aDuration,
  aFunction,
  anyValue,
  aPlainObject,
  arrayOf,
  aString,
  checkOptions,
  checkValue,
  type OptionKind,
  type OptionKinds,
  required,
  stringRecord,
  withMethods,
} from "../options.ts";
import { isPartitionsDefinition, type PartitionsDefinition } from "../partition/partitions-definition.ts";
import { checkRetryPolicy } from "../retry.ts";
import { bindComputation, type Computation, computationOf, type InputSpec } from "./computation.ts";
import { partitionOutputs, type SplitOutputs, singleOutput } from "./outputs.ts";
import type {
  AnyInput,
  BatchOptions,
  BatchPartitionsOption,
  Definition,
  DefinitionOptions,
  DescriptionOptions,
  Inputs,
  PartitionsOption,
} from "./types.ts";

/** The options of any factory, without its type parameters. */
export type AnyOptions = DefinitionOptions<string, Inputs, BaseIOHandler> | BatchOptions<string, Inputs, BaseIOHandler>;

/** The executor of an asset, a task or a multi-asset. */
export const anExecutor: OptionKind = /* @__PURE__ */ withMethods("an executor, such as inProcess()", "execute");

/** The kinds of the options of one output. Those of any value have checks of their own. */
export const descriptionKinds: OptionKinds<DescriptionOptions<BaseIOHandler>> = {
  ioHandler: anyValue,
  metadata: aPlainObject,
  typeHint: anyValue,
  tags: stringRecord,
  kinds: /* @__PURE__ */ arrayOf(aString),
  group: aString,
  codeVersion: aString,
  automationCondition: anyValue,
};

const definitionKinds: OptionKinds<DefinitionOptions<string, Inputs, BaseIOHandler>> = {
  name: anyValue,
  inputs: aPlainObject,
  partitions: anyValue,
  retry: anyValue,
  timeoutMs: aDuration,
  skipUnchanged: aBoolean,
  executor: anExecutor,
  ...descriptionKinds,
};

const { inputs: _, skipUnchanged: __, executor: ___, ...externalKinds } = definitionKinds;

/**
 * Checks the options of `asset`, `task` and `externalAsset` and returns the frozen definition.
 *
 * @throws `DefinitionError`
 */
export function define<Kind extends "asset" | "task" | "external">(
  kind: Kind,
  options: AnyOptions,
  compute: unknown,
  splitOutputs: SplitOutputs = singleOutput,
): Definition & { readonly kind: Kind } {
  const what = kind === "external" ? "externalAsset" : kind;
  checkValue(what, "options", options, required(aPlainObject), "DefinitionError");
  const { name, inputs = {}, retry, timeoutMs, skipUnchanged = false, executor } = options;
  checkName(name, kind === "task" ? "task" : "asset");
  const owner = `${kind === "task" ? "task" : "asset"} ${JSON.stringify(name)}`;
  checkOptions(
    `${what} ${JSON.stringify(name)}`,
    options,
    (kind === "external" ? externalKinds : definitionKinds) as OptionKinds<object>,
    "DefinitionError",
    {
      asset: name,
    },
  );
  if (kind !== "external" || compute !== undefined) checkCompute(compute, name, owner);
  checkRetryPolicy(retry, owner, "DefinitionError");
  if (options.automationCondition !== undefined && (kind === "task" || compute === undefined)) {
    const reason = kind === "task" ? "only assets have one" : "it has no function that observes it; pass one";
    throw new EdgewaterError("DefinitionError", `Cannot use an automation condition for the ${owner}; ${reason}`, {
      asset: name,
      field: "automationCondition",
    });
  }
  const { definition: partitions, batch } = partitionsOf(options.partitions, owner);
  const outputs: Definition[] = [];
  const computation: Computation = Object.freeze({
    kind,
    name,
    outputs,
    inputs: inputSpecs(inputs, name, owner, batch),
    partitions,
    isBatch: batch,
    retry,
    timeoutMs,
    skipUnchanged,
    executor,
    splitOutputs: batch ? partitionOutputs : splitOutputs,
    compute: compute as Computation["compute"],
  });
  const definition = bindComputation({ kind, name, partitions, ...describe(options, owner) }, computation);
  outputs.push(definition);
  Object.freeze(outputs);
  return definition;
}

/** Checks the description of one output and returns its frozen parts. */
export function describe(options: DescriptionOptions<BaseIOHandler>, owner: string): Omit<Definition, "kind" | "name" | "partitions"> {
  const { ioHandler, metadata = {}, typeHint, tags = {}, kinds = [], group, codeVersion, automationCondition } = options;
  checkIOHandler(ioHandler, `the ${owner}`);
  checkTypeHint(typeHint, owner);
  checkText("codeVersion", owner, codeVersion);
  checkText("group", owner, group);
  checkText("kinds", owner, ...kinds);
  for (const tag of Object.entries(tags)) checkText("tags", owner, ...tag);
  if (automationCondition !== undefined && !isCondition(automationCondition)) {
    throw new EdgewaterError(
      "DefinitionError",
      `Invalid automation condition of the ${owner}; expected condition.eager() or another condition`,
      {
        field: "automationCondition",
      },
    );
  }
  return {
    ioHandler,
    metadata: Object.freeze(coerceMetadata(metadata)),
    typeHint,
    tags: Object.freeze({ ...tags }),
    kinds: Object.freeze([...kinds]),
    group,
    codeVersion,
    automationCondition,
  };
}

/**
 * Checks the name of an asset or a task: any text that is not empty, that UTF-8 can encode, and without NUL. Names need no escaping,
 * because the layout of keys encodes them.
 *
 * @throws `DefinitionError`
 */
export function checkName(name: unknown, kind: "asset" | "task"): asserts name is string {
  if (typeof name !== "string" || name === "") {
    throw new EdgewaterError("DefinitionError", `Invalid ${kind} name; expected a string that is not empty`);
  }
  const problem = nameProblem(name);
  if (problem !== undefined) {
    const message = `Invalid ${kind} name ${JSON.stringify(name)}: ${problem}`;
    throw new EdgewaterError("DefinitionError", message, { asset: name });
  }
}

/** @throws `DefinitionError` for a text that some Storage cannot hold */
function checkText(field: string, owner: string, ...texts: readonly (string | undefined)[]): void {
  for (const text of texts) {
    const problem = text === undefined ? undefined : nameProblem(text);
    if (problem === undefined) continue;
    throw new EdgewaterError("DefinitionError", `Invalid ${field} of the ${owner}: ${JSON.stringify(text)}: ${problem}`, { field });
  }
}

/** @throws `DefinitionError` for a value that is not a function, or is a class */
export function checkCompute(compute: unknown, name: string, owner: string): void {
  if (aFunction.accepts(compute)) return;
  throw new EdgewaterError("DefinitionError", `The ${owner} needs a function`, { asset: name });
}

/** @throws `DefinitionError` for a value that is neither a Standard Schema nor a class */
export function checkTypeHint(typeHint: TypeHint | undefined, owner: string): void {
  if (
    typeHint === undefined ||
    typeof typeHint === "function" ||
    (typeof typeHint === "object" && typeHint !== null && "~standard" in typeHint)
  )
    return;
  throw new EdgewaterError("DefinitionError", `Invalid type hint of the ${owner}; expected a Standard Schema or a class`, {
    field: "typeHint",
  });
}

const partitionsKinds: OptionKinds<BatchPartitionsOption> = { definition: anyValue, batch: aBoolean };

/** Returns the partitions of either form of the option. */
export function partitionsOf(
  option: PartitionsOption | BatchPartitionsOption | undefined,
  owner: string,
): { readonly definition: PartitionsDefinition | undefined; readonly batch: boolean } {
  if (option === undefined) return { definition: undefined, batch: false };
  if (isPartitionsDefinition(option)) return { definition: option, batch: false };
  checkOptions(`the partitions of the ${owner}`, option, partitionsKinds, "DefinitionError");
  const { definition, batch = false } = option;
  if (isPartitionsDefinition(definition)) return { definition, batch };
  throw new EdgewaterError(
    "DefinitionError",
    `Invalid partitions of the ${owner}; expected staticPartitions([…]), dailyPartitions({…}) or another definition`,
    {
      field: "partitions",
    },
  );
}

/** Checks the inputs and returns how each is loaded. */
export function inputSpecs(inputs: Inputs, name: string, owner: string, isBatch: boolean): readonly InputSpec[] {
  const specs = Object.entries(inputs).map(([input, given]): InputSpec => {
    const spec = specOf(given);
    if (spec === undefined) {
      throw new EdgewaterError(
        "DefinitionError",
        `Invalid input ${JSON.stringify(input)} of the ${owner}; expected an asset, a task, input(…) or selfInput()`,
        {
          asset: name,
          field: input,
        },
      );
    }
    if (spec.source === undefined && isBatch) {
      throw new EdgewaterError("DefinitionError", `Cannot use selfInput() in the ${owner}: a batch cannot load its own earlier value`, {
        asset: name,
        field: input,
      });
    }
    return { name: input, ...spec };
  });
  return Object.freeze(specs);
}

const defaults = {
  isBare: true,
  partitionMapping: undefined,
  typeHint: undefined,
  ioHandler: undefined,
  metadata: Object.freeze({}),
  missing: "throw",
} as const;

function specOf(given: AnyInput): Omit<InputSpec, "name"> | undefined {
  if (isKind(given, "input")) {
    const { upstream, partitionMapping, typeHint, ioHandler, metadata, missing } = given;
    return { source: upstream, isBare: false, partitionMapping, typeHint, ioHandler, metadata, missing };
  }
  if (isKind(given, "self")) {
    const { partitionMapping, typeHint } = given;
    return { ...defaults, source: undefined, partitionMapping, typeHint };
  }
  const computation = computationOf(given);
  return computation === undefined || isKind(given, "multi") ? undefined : { ...defaults, source: given as Definition };
}

function isKind<Kind extends string>(value: unknown, kind: Kind): value is Extract<AnyInput | { kind: "multi" }, { kind: Kind }> {
  return typeof value === "object" && value !== null && (value as { kind?: unknown }).kind === kind;
}
