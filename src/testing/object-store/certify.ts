import type {
  AttributesPut,
  ConditionalCopy,
  ConditionalGet,
  ConditionalPut,
  Copy,
  DelimitedList,
  FullObjectMeta,
  FullObjectStore,
  Get,
  GetOptions,
  Guarantees,
  Head,
  Named,
  PagedList,
  RangeGet,
  StreamPut,
} from "../../object-store/types.ts";
import { attributesCases } from "./attributes.ts";
import type { ObjectStoreCase } from "./check.ts";
import { type ConditionsCasesOptions, conditionsCases } from "./conditions.ts";
import { attributesCopyCases, conditionalCopyCases, copyCases } from "./copy.ts";
import { atomicCases, consistentCases, registerCases } from "./guarantees.ts";
import { levelCases, pageCases } from "./list.ts";
import { rangeCases } from "./range.ts";
import { streamCases } from "./stream.ts";
import { togetherCases } from "./together.ts";
import { type VerbCasesOptions, type Verbs, verbCases } from "./verbs.ts";

/** What a store may state beyond the verbs, and the type that states it. */
interface CapabilityTypes {
  readonly conditions: ConditionalPut & ConditionalGet;
  readonly attributes: AttributesPut & Get<GetOptions, FullObjectMeta> & Head<FullObjectMeta>;
  readonly ranges: RangeGet;
  readonly streams: StreamPut;
  readonly pages: PagedList;
  readonly levels: DelimitedList;
  readonly copies: Copy;
  readonly conditionalCopies: ConditionalCopy;
}

/** The capabilities by name. */
export type Capabilities = { readonly [Name in keyof CapabilityTypes]?: boolean };

/** What all stores promise, unless their types say that they do not. */
interface DependableOptions {
  readonly atomic?: boolean;
  readonly consistent?: boolean;
}

/** The capabilities that the type of a store states: each of them has to be named, and no other can be. */
export type CapabilitiesOf<Store> = {
  readonly [Name in keyof CapabilityTypes as Store extends CapabilityTypes[Name] ? Name : never]: true;
} & {
  readonly [Name in keyof CapabilityTypes as Store extends CapabilityTypes[Name] ? never : Name]?: false;
} & (Store extends Named & Pick<Guarantees, "atomic"> ? { readonly atomic?: true } : { readonly atomic: false }) &
  (Store extends Named & Pick<Guarantees, "consistency"> ? { readonly consistent?: true } : { readonly consistent: false });

/** What the suite has to know of a store that its type does not tell. */
export interface ObjectStoreCasesOptions extends VerbCasesOptions, ConditionsCasesOptions {}

/** One promise of a store, and how to see that it is kept. */
export interface Promised {
  readonly name: string;
  /** What of the port it belongs to, such as `conditions`. */
  readonly capability: string;
  /** Rejects when the promise is broken, and says how. */
  readonly run: () => Promise<void>;
}

/**
 * Everything that the type of a store promises, as cases to run in any test framework. Each gets a store of its own, and
 * disposes of it where it can be disposed of.
 *
 * @param make gives a store, or a promise of one; it may be the same one each time
 * @param capabilities exactly those that the store's type states
 *
 * @example
 * ```ts
 * describe.each(certify(() => new MyStore(), { conditions: true, ranges: true }))("MyStore", ({ name, run }) => {
 *   it(name, run);
 * });
 * ```
 */
export function certify<Store extends Verbs>(
  make: () => Store | Promise<Store>,
  capabilities: CapabilitiesOf<Store> & ObjectStoreCasesOptions,
): readonly Promised[] {
  return casesOf(capabilities).map(({ name, capability, run }) => ({
    name,
    capability,
    run: async () => {
      const store = await make();
      try {
        await run(store as unknown as FullObjectStore);
      } finally {
        await (store as Partial<AsyncDisposable>)[Symbol.asyncDispose]?.();
      }
    },
  }));
}

/** One promise of the port, and the capability that it belongs to. */
interface CapabilityCase extends ObjectStoreCase<FullObjectStore> {
  readonly capability: string;
}

/** The cases of some capabilities. They run with a store that has these, which no type can say here. */
export function casesOf(options: Capabilities & DependableOptions & ObjectStoreCasesOptions): readonly CapabilityCase[] {
  const { atomic = true, consistent = true, conditions, attributes, ranges, streams, pages, levels, copies, conditionalCopies } = options;
  const all = [conditions, attributes, ranges, streams, pages, levels, copies, conditionalCopies];
  const groups: Readonly<Record<string, readonly ObjectStoreCase<FullObjectStore>[] | false | undefined>> = {
    "keys and bytes": verbCases(options),
    "whole writes": atomic && atomicCases(),
    "writes seen at once": consistent && [...consistentCases(), ...(atomic ? registerCases() : [])],
    conditions: conditions && conditionsCases(options),
    attributes: attributes && attributesCases(),
    ranges: ranges && rangeCases(),
    streams: streams && streamCases(),
    pages: pages && pageCases(),
    levels: levels && levelCases(),
    copies: copies && [...copyCases(), ...(attributes ? attributesCopyCases() : [])],
    "conditional copies": conditionalCopies && conditionalCopyCases(),
    "all in one call": all.every(Boolean) && togetherCases(),
  };
  return Object.entries(groups).flatMap(([capability, cases]) => (cases || []).map(({ name, run }) => ({ name, run, capability })));
}
