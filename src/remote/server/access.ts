import { areEqual, bearerToken, secretDigest } from "../../http/secrets.ts";
import { aName, arrayOf, checkOptions, either, type OptionKind, type OptionKinds } from "../../options.ts";

/**
 * What a request may do: `"write"` reads and commits, `"read"` only reads, `"none"` is refused with `Unauthenticated`.
 */
export type Access = "write" | "read" | "none";

/** Says what a request may do. It sees the headers and the URL; the body is not for it. */
export type Authorize = (request: Request) => Access | Promise<Access>;

/** The tokens of {@link bearer}: one, or several while they are exchanged. */
export interface BearerTokens {
  /** Tokens that may read and commit. */
  readonly write?: string | readonly string[];
  /** Tokens that may only read. */
  readonly read?: string | readonly string[];
}

const shortestToken = 16;

const aToken: OptionKind = {
  expected: `a token of ${shortestToken} or more printable characters without spaces`,
  accepts: (value) => aName.accepts(value) && new RegExp(`^[\\x21-\\x7e]{${shortestToken},}$`).test(String(value)),
};
const tokens = either(aToken, arrayOf(aToken));
const kinds: OptionKinds<BearerTokens> = { write: tokens, read: tokens };

/**
 * Authorizes by bearer tokens: the header `Authorization: Bearer <token>`. The time that a comparison takes tells nothing about
 * the tokens.
 *
 * @throws `SettingsError` for a token with fewer than 16 characters, or with spaces; the error does not show it
 *
 * @example
 * ```ts
 * const handler = serveStorage(storage, { authorize: bearer({ write: env.TOKEN, read: env.READ_TOKEN }) });
 * ```
 */
export function bearer(given: BearerTokens): Authorize {
  checkOptions("bearer", given, kinds);
  const known = (["read", "write"] as const).flatMap((access) => [given[access] ?? []].flat().map((token) => ({ access, token })));
  let digests: Promise<readonly (readonly [Access, Uint8Array])[]> | undefined;
  return async (request) => {
    // Workers compute nothing while a module is loaded.
    digests ??= Promise.all(known.map(async ({ access, token }) => [access, await secretDigest(token)] as const));
    const digest = await secretDigest(bearerToken(request));
    let access: Access = "none";
    for (const [granted, each] of await digests) if (areEqual(digest, each)) access = granted;
    return access;
  };
}
