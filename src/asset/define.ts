import { isCondition } from "../automation/make.ts";
import { EdgewaterError } from "../errors.ts";
import { type BaseIOHandler, checkIOHandler } from "../io-handler/base.ts";
import type { TypeHint } from "../io-handler/type-hint.ts";
import { coerceMetadata } from "../metadata/metadata-value.ts";
import { isPartitionsDefinition, type PartitionsDefinition } from "../partition/partitions-definition.ts";
import { checkRetryPolicy } from "../retry.ts";
import { type Collect, collectOne, collectPartitions } from "./collect.ts";
import { type Computation, computationOf, type InputSpec, standsFor } from "./computation.ts";
import { checkName } from "./name.ts";
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

/** How an asset, a task or an external asset is declared, whatever its types. */
export type AnyOptions = DefinitionOptions<string, Inputs, BaseIOHandler> | BatchOptions<string, Inputs, BaseIOHandler>;

/** Checks what `asset`, `task` and `externalAsset` are given and freezes it into a definition. */
export function define<Kind extends "asset" | "task" | "external">(
  kind: Kind,
  options: AnyOptions,
  compute: unknown,
  collect: Collect = collectOne,
): Definition & { readonly kind: Kind } {
  const { name, inputs = {}, retry } = options;
  checkName(name, kind === "task" ? "task" : "asset");
  const owner = `${kind === "task" ? "task" : "asset"} ${JSON.stringify(name)}`;
  if (kind !== "external" || compute !== undefined) checkCompute(compute, name, owner);
  checkRetryPolicy(retry, owner, "DefinitionError");
  if (kind !== "asset" && options.automationCondition !== undefined) {
    throw new EdgewaterError("DefinitionError", `The ${owner} cannot have an automation condition: only assets that are made here can`, {
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
    collect: batch ? collectPartitions : collect,
    compute: compute as Computation["compute"],
  });
  const definition = standsFor({ kind, name, partitions, ...describe(options, owner) }, computation);
  outputs.push(definition);
  Object.freeze(outputs);
  return definition;
}

/** Checks and freezes what is said of one output. */
export function describe(options: DescriptionOptions<BaseIOHandler>, owner: string): Omit<Definition, "kind" | "name" | "partitions"> {
  const { ioHandler, metadata = {}, typeHint, tags = {}, kinds = [], group, codeVersion, automationCondition } = options;
  checkIOHandler(ioHandler, `the ${owner}`);
  checkTypeHint(typeHint, owner);
  if (automationCondition !== undefined && !isCondition(automationCondition)) {
    throw new EdgewaterError("DefinitionError", `The automation condition of the ${owner} is none: pass condition.eager() or another`, {
      field: "automationCondition",
    });
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

/** @throws `DefinitionError` for what is not a function */
export function checkCompute(compute: unknown, name: string, owner: string): void {
  if (typeof compute === "function") return;
  throw new EdgewaterError("DefinitionError", `The ${owner} needs a function that makes it`, { asset: name });
}

/** @throws `DefinitionError` for what is neither a Standard Schema nor a class */
export function checkTypeHint(typeHint: TypeHint | undefined, owner: string): void {
  if (typeHint === undefined || typeof typeHint === "function" || (typeof typeHint === "object" && "~standard" in typeHint)) return;
  throw new EdgewaterError("DefinitionError", `The type hint of the ${owner} is neither a Standard Schema nor a class`, {
    field: "typeHint",
  });
}

/** The partitions of an option, whichever of its two forms it has. */
export function partitionsOf(
  option: PartitionsOption | BatchPartitionsOption | undefined,
  owner: string,
): { readonly definition: PartitionsDefinition | undefined; readonly batch: boolean } {
  if (option === undefined) return { definition: undefined, batch: false };
  const { definition, batch = false } = isPartitionsDefinition(option) ? { definition: option } : option;
  if (isPartitionsDefinition(definition)) return { definition, batch };
  throw new EdgewaterError(
    "DefinitionError",
    `The partitions of the ${owner} are none: pass staticPartitions([…]), dailyPartitions({…}) or another definition`,
    {
      field: "partitions",
    },
  );
}

/** Every input as what the run needs to load it. */
export function inputSpecs(inputs: Inputs, name: string, owner: string, isBatch: boolean): readonly InputSpec[] {
  const specs = Object.entries(inputs).map(([input, given]): InputSpec => {
    const spec = specOf(given);
    if (spec === undefined) {
      throw new EdgewaterError("DefinitionError", `The input ${JSON.stringify(input)} of the ${owner} is not an asset or a task`, {
        asset: name,
        field: input,
      });
    }
    if (spec.source === undefined && isBatch) {
      throw new EdgewaterError("DefinitionError", `The ${owner} makes several partitions at once and cannot take its own earlier value`, {
        asset: name,
        field: input,
      });
    }
    return { name: input, ...spec };
  });
  return Object.freeze(specs);
}

const plain = {
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
  if (isKind(given, "self")) return { ...plain, source: undefined, typeHint: given.typeHint };
  const computation = computationOf(given);
  return computation === undefined || isKind(given, "multi") ? undefined : { ...plain, source: given as Definition };
}

function isKind<Kind extends string>(value: unknown, kind: Kind): value is Extract<AnyInput | { kind: "multi" }, { kind: Kind }> {
  return typeof value === "object" && value !== null && (value as { kind?: unknown }).kind === kind;
}
