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
import { combinedOptionsCases } from "./combined-options.ts";
import { type ConditionsCasesOptions, conditionsCases } from "./conditions.ts";
import { attributesCopyCases, conditionalCopyCases, copyCases } from "./copy.ts";
import { atomicCases, consistentCases, monotonicReadCases } from "./guarantees.ts";
import { type BasicStore, type KeysAndBytesCasesOptions, keysAndBytesCases } from "./keys-and-bytes.ts";
import { delimiterCases, paginationCases } from "./list.ts";
import { rangeCases } from "./range.ts";
import { streamCases } from "./stream.ts";

/** The capabilities beyond the basic verbs, and their types. */
interface CapabilityTypes {
  readonly conditions: ConditionalPut & ConditionalGet;
  readonly attributes: AttributesPut & Get<GetOptions, FullObjectMeta> & Head<FullObjectMeta>;
  readonly ranges: RangeGet;
  readonly streams: StreamPut;
  readonly pagination: PagedList;
  readonly delimiter: DelimitedList;
  readonly copies: Copy;
  readonly conditionalCopies: ConditionalCopy;
}

/** Which capabilities a store has. */
export type Capabilities = { readonly [Name in keyof CapabilityTypes]?: boolean };

/** Which guarantees a store gives. Default: all. */
interface GuaranteeOptions {
  readonly atomic?: boolean;
  readonly consistent?: boolean;
}

/** The capabilities and guarantees of a store type: the compiler requires each of them and refuses any other. */
export type CapabilitiesOf<Store> = {
  readonly [Name in keyof CapabilityTypes as Store extends CapabilityTypes[Name] ? Name : never]: true;
} & {
  readonly [Name in keyof CapabilityTypes as Store extends CapabilityTypes[Name] ? never : Name]?: false;
} & (Store extends Named & Pick<Guarantees, "atomic"> ? { readonly atomic?: true } : { readonly atomic: false }) &
  (Store extends Named & Pick<Guarantees, "consistency"> ? { readonly consistent?: true } : { readonly consistent: false });

/** What the suite must know about a store that its type does not express. */
export interface ObjectStoreCasesOptions extends KeysAndBytesCasesOptions, ConditionsCasesOptions {}

/** One case of {@link certify}, to run as a test. */
export interface GuaranteeCase {
  /** What the store must do, such as `lists every page`. */
  readonly name: string;
  /** The capability or guarantee that it checks, such as `conditions`. */
  readonly capability: string;
  /** Rejects with the reason if the store fails. */
  readonly run: () => Promise<void>;
}

/**
 * Returns the cases that check every capability and guarantee of a store type, to run in any test framework. Each case
 * makes a store, and disposes of it afterwards if it is disposable.
 *
 * @param make returns a store or a promise of one; it may return the same store each time
 * @param capabilities exactly the capabilities and guarantees of the store type
 *
 * @example
 * ```ts
 * describe.each(certify(() => new MyStore(), { conditions: true, ranges: true }))("MyStore", ({ name, run }) => {
 *   it(name, run);
 * });
 * ```
 */
export function certify<Store extends BasicStore>(
  make: () => Store | Promise<Store>,
  capabilities: CapabilitiesOf<Store> & ObjectStoreCasesOptions,
): readonly GuaranteeCase[] {
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

/** A case with its capability. */
interface CapabilityCase extends ObjectStoreCase<FullObjectStore> {
  readonly capability: string;
}

/** The cases of some capabilities, for a store that has them; the type does not check that. */
export function casesOf(options: Capabilities & GuaranteeOptions & ObjectStoreCasesOptions): readonly CapabilityCase[] {
  const { atomic = true, consistent = true, conditions, attributes, ranges, streams, pagination, delimiter, copies } = options;
  const { conditionalCopies } = options;
  const all = [conditions, attributes, ranges, streams, pagination, delimiter, copies, conditionalCopies];
  const groups: Readonly<Record<string, readonly ObjectStoreCase<FullObjectStore>[] | false | undefined>> = {
    "keys and bytes": keysAndBytesCases(options),
    "atomic writes": atomic && atomicCases(),
    "strong consistency": consistent && [...consistentCases(), ...(atomic ? monotonicReadCases() : [])],
    conditions: conditions && conditionsCases(options),
    attributes: attributes && attributesCases(),
    ranges: ranges && rangeCases(),
    streams: streams && streamCases(),
    pagination: pagination && paginationCases(),
    delimiter: delimiter && delimiterCases(),
    copies: copies && [...copyCases(), ...(attributes ? attributesCopyCases() : [])],
    "conditional copies": conditionalCopies && conditionalCopyCases(),
    "combined options": all.every(Boolean) && combinedOptionsCases(),
  };
  return Object.entries(groups).flatMap(([capability, cases]) => (cases || []).map(({ name, run }) => ({ name, run, capability })));
}
