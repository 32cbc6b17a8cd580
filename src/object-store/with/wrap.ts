import { checkValue, type OptionKind } from "../../options.ts";
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
import { checkReadOptions } from "../verb-options.ts";

/** The options of any list. */
export type AnyListOptions = PagedListOptions | DelimitedListOptions;

/** Every verb with every option. A wrapper passes through what the store has; only its type says which. */
export interface AnyVerbs {
  readonly put: FullPut["put"];
  readonly get: FullGet["get"];
  readonly head: Head<FullObjectMeta>["head"];
  readonly delete: Delete["delete"];
  readonly list: (prefix?: string, options?: AnyListOptions) => AsyncIterable<ObjectMeta | CommonPrefix>;
  readonly copy: ConditionalCopy["copy"];
  readonly signedUrl: Sign["signedUrl"];
}

/** Any store: wrappers take stores without some of the verbs. */
const aStore: OptionKind = {
  isRequired: true,
  expected: "a store, such as new MemoryStore()",
  accepts: (value) => typeof value === "object" && value !== null && typeof (value as Partial<Named>).name === "string",
};

/** @throws `SettingsError` for a value that is not a store */
export function checkStore(wrapper: string, store: unknown): void {
  checkValue(wrapper, "store", store, aStore);
}

/** The properties of a store. */
interface StoreProperties extends Named, Guarantees {
  /** Whether the store is known to keep conditions, so that `requireConditions` need not test it. */
  readonly keepsConditions?: true | undefined;
}

interface Closable extends AsyncDisposable {
  readonly close: () => Promise<void>;
}

/** The type of a wrapped store: its verbs with their exact types, its properties, and how it is closed. */
export type Wrapped<Store> = Pick<Store, keyof Store & (keyof AnyVerbs | keyof StoreProperties | keyof Closable)>;

const wrappedMembers = [
  "name",
  "reach",
  "atomic",
  "consistency",
  "etags",
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

/** Verbs that check the options before a wrapper reads them. */
function checked<Replaced extends Partial<AnyVerbs & Named>>(store: string, replaced: Replaced): Replaced {
  const { put, get, head, delete: remove, list, copy, signedUrl } = replaced;
  const verbs: { readonly [Verb in keyof AnyVerbs]: AnyVerbs[Verb] | undefined } = {
    put: put && (async (key, body, options) => call("put", options, () => put(key, body, options))),
    get: get && (async (key, options) => call("get", options, () => get(key, options))),
    head: head && (async (key, options) => call("head", options, () => head(key, options))),
    delete: remove && (async (keys, options) => call("delete", options, () => remove(keys, options))),
    list:
      list &&
      async function* (prefix, options) {
        yield* call("list", options, () => list(prefix, options));
      },
    copy: copy && (async (from, to, options) => call("copy", options, () => copy(from, to, options))),
    signedUrl: signedUrl && (async (key, options) => call("signedUrl", options, () => signedUrl(key, options))),
  };
  function call<Result>(verb: keyof AnyVerbs, options: object | undefined, run: () => Result): Result {
    checkReadOptions(store, verb, options);
    return run();
  }
  return { ...replaced, ...verbs };
}

/**
 * Wraps a store and replaces some of its members. Members that are not replaced are those of the store. Verbs that the
 * store lacks stay absent.
 */
export function wrap<Store extends Named>(store: Store, replace: (inner: AnyVerbs) => Partial<AnyVerbs & Named>): Wrapped<Store> {
  const inner = store as unknown as AnyVerbs & Closable;
  const replaced: Readonly<Record<PropertyKey, unknown>> = checked(store.name, replace(inner));
  const entries = wrappedMembers
    .filter((name) => name in store)
    .map((name) => {
      const own = (inner as unknown as Readonly<Record<PropertyKey, unknown>>)[name];
      return [name, replaced[name] ?? (typeof own === "function" ? own.bind(store) : own)];
    });
  return Object.fromEntries(entries) as Wrapped<Store>;
}
