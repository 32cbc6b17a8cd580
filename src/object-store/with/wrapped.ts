import type {
  CommonPrefix,
  ConditionalCopy,
  Delete,
  DelimitedListOptions,
  FullGet,
  FullObjectMeta,
  FullPut,
  Guarantees,
  Head,
  Named,
  ObjectMeta,
  PagedListOptions,
  Sign,
} from "../types.ts";

export type AnyListOptions = PagedListOptions | DelimitedListOptions;

/** Every verb with every option. Which of them a store has is known to its type only. */
export interface AnyVerbs {
  readonly put: FullPut["put"];
  readonly get: FullGet["get"];
  readonly head: Head<FullObjectMeta>["head"];
  readonly delete: Delete["delete"];
  readonly list: (prefix?: string, options?: AnyListOptions) => AsyncIterable<ObjectMeta | CommonPrefix>;
  readonly copy: ConditionalCopy["copy"];
  readonly signedUrl: Sign["signedUrl"];
}

/** What a store says of itself; by the last that it need not be tried before it is relied on. */
interface Said extends Named, Guarantees {
  readonly keepsConditions?: true | undefined;
}

interface Closable extends AsyncDisposable {
  readonly close: () => Promise<void>;
}

/** What a wrapper keeps of a store: its verbs, exactly as its type has them, what it says of itself, and how it is closed. */
export type Wrapped<Store> = Pick<Store, keyof Store & (keyof AnyVerbs | keyof Said | keyof Closable)>;

const kept = [
  "name",
  "atomic",
  "consistency",
  "keepsConditions",
  "put",
  "get",
  "head",
  "delete",
  "list",
  "copy",
  "signedUrl",
  "close",
  Symbol.asyncDispose,
] as const;

/**
 * A store that does some things in another way. A verb that the store lacks is not there, and what is not replaced is
 * the store's own.
 */
export function wrap<Store extends Named>(store: Store, replace: (inner: AnyVerbs) => Partial<AnyVerbs & Named>): Wrapped<Store> {
  const inner = store as unknown as AnyVerbs & Closable;
  const replaced: Readonly<Record<PropertyKey, unknown>> = { ...replace(inner) };
  const entries = kept
    .filter((name) => name in store)
    .map((name) => {
      const own = (inner as unknown as Readonly<Record<PropertyKey, unknown>>)[name];
      return [name, replaced[name] ?? (typeof own === "function" ? own.bind(store) : own)];
    });
  return Object.fromEntries(entries) as Wrapped<Store>;
}
