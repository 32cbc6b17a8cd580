import {
  anyValue,
  aPlainObject,
  aSignal,
  aString,
  checkOptions,
  checkValue,
  type OptionKind,
  type OptionKinds,
  objectOf,
  oneOf,
} from "../options.ts";
import type {
  ByteRange,
  ConditionalCopyOptions,
  DeleteOptions,
  FullGetOptions,
  FullPutOptions,
  HeadOptions,
  SignOptions,
} from "./types.ts";

const mode: OptionKind = {
  expected: '"overwrite", "create" or { ifMatch: etag }',
  accepts: (value) => value === "overwrite" || value === "create" || isIfMatch(value),
};

function isIfMatch(value: unknown): boolean {
  if (typeof value !== "object" || value === null || Object.keys(value).length !== 1) return false;
  return typeof (value as { readonly ifMatch?: unknown }).ifMatch === "string";
}

/** The kinds of the options of each verb. */
type VerbKinds = Readonly<Record<Verb, OptionKinds<object>>>;
type Verb = "put" | "get" | "head" | "delete" | "list" | "copy" | "signedUrl";

/** An option that a store does not have: passing it would silently do something else. */
const notSupported: OptionKind = { expected: "nothing, because this store does not support it", accepts: () => false };

// The types of attributes and the values of ranges and limits have checks of their own, with their own codes.
const put: OptionKinds<FullPutOptions> = { mode, contentType: anyValue, metadata: anyValue, signal: aSignal };
const get: OptionKinds<FullGetOptions> = {
  range: objectOf<ByteRange>({ start: anyValue, end: anyValue }),
  ifMatch: aString,
  ifNoneMatch: aString,
  signal: aSignal,
};
const signalOnly: OptionKinds<HeadOptions & DeleteOptions> = { signal: aSignal };
const list: OptionKinds<{ delimiter: unknown; startAfter: unknown; limit: unknown; signal: unknown }> = {
  delimiter: oneOf("/"),
  startAfter: aString,
  limit: anyValue,
  signal: aSignal,
};
const copy: OptionKinds<ConditionalCopyOptions> = { mode, signal: aSignal };
const signedUrl: OptionKinds<SignOptions> = {
  method: oneOf("GET", "HEAD", "PUT", "DELETE"),
  expiresInSeconds: anyValue,
  signal: aSignal,
};

const fullVerbs: VerbKinds = { put, get, head: signalOnly, delete: signalOnly, list, copy, signedUrl };

/** The verbs of stores without conditions and ranges. `put` accepts attributes, which stores without them ignore. */
const plainVerbs: VerbKinds = {
  ...fullVerbs,
  put: { ...put, mode: oneOf("overwrite") },
  get: { ...get, range: notSupported, ifMatch: notSupported, ifNoneMatch: notSupported },
};

/** The verbs of stores that have everything but conditions. */
const unconditionalVerbs: VerbKinds = {
  ...fullVerbs,
  put: plainVerbs.put,
  get: { ...get, ifMatch: notSupported, ifNoneMatch: notSupported },
  copy: { ...copy, mode: oneOf("overwrite") },
};

/**
 * Checks the options of one call of a store. Runs for every call, so it does little for options that are right.
 *
 * @throws `SettingsError` for an unknown option and for a value of a wrong type
 */
export function checkVerbOptions(store: string, verb: Verb, options: object): void {
  checkOptions(`${store}.${verb}`, options, fullVerbs[verb], "SettingsError", { store });
}

/**
 * Checks what wrappers read of the options of a call. The wrapped store checks the rest, and may have options of its own.
 *
 * @throws `SettingsError` for options that are no plain object, and for a `signal` or `startAfter` of a wrong type
 */
export function checkReadOptions(store: string, verb: Verb, options: object | undefined): void {
  if (options === undefined) return;
  const owner = `${store}.${verb}`;
  checkValue(owner, "options", options, aPlainObject);
  const { signal, startAfter } = options as { readonly signal?: unknown; readonly startAfter?: unknown };
  checkValue(owner, "signal", signal, aSignal);
  checkValue(owner, "startAfter", startAfter, aString);
}

/** As {@link checkVerbOptions}, for a store without conditions and ranges. */
export function checkPlainVerbOptions(store: string, verb: Verb, options: object): void {
  checkOptions(`${store}.${verb}`, options, plainVerbs[verb], "SettingsError", { store });
}

/** As {@link checkVerbOptions}, for a store that has everything but conditions. */
export function checkUnconditionalVerbOptions(store: string, verb: Verb, options: object): void {
  checkOptions(`${store}.${verb}`, options, unconditionalVerbs[verb], "SettingsError", { store });
}
