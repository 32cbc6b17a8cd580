import { EdgewaterError } from "../../errors.ts";

/** Where a URL points. */
export interface Place {
  /** Without the colon. */
  readonly scheme: string;
  /** What comes after two slashes, such as a bucket; empty without them. */
  readonly host: string;
  /** The path, decoded, without a slash at either end. */
  readonly path: string;
  /** The URL up to its path. */
  readonly bare: string;
  readonly query: URLSearchParams;
}

/**
 * Reads a URL. What is wrong with it is said without showing it, because it may hold a secret.
 *
 * @throws `SettingsError` for what is no URL, or carries credentials or a fragment
 */
export function placeOf(text: string | URL): Place {
  let url: URL;
  let path: string;
  let host: string;
  try {
    url = new URL(text);
    path = decodeURIComponent(url.pathname);
    host = decodeURIComponent(url.host);
  } catch {
    throw urlError('The place of a store must be a URL, such as "s3://bucket/prefix" or "file:///folder"');
  }
  if (url.username !== "" || url.password !== "") {
    throw urlError(`A ${url.protocol} URL must not carry credentials; pass them in the options, or set them in the environment`);
  }
  if (url.hash !== "") throw urlError(`A ${url.protocol} URL of a store has no fragment; write # as %23`);
  const { protocol, searchParams: query } = url;
  const bare = `${protocol}//${url.host}${url.pathname}`;
  return { scheme: protocol.slice(0, -1), host, path: path.replace(/^\/|\/$/g, ""), bare, query };
}

/**
 * What the query of a place says under some names; undefined for what it does not say.
 *
 * @throws `SettingsError` when it says anything else: a name that is not understood is a mistake, or a secret
 */
export function queryOf<Name extends string>({ scheme, query }: Place, ...names: readonly Name[]): { readonly [Each in Name]?: string } {
  const other = [...query.keys()].find((name) => !names.includes(name as Name));
  if (other !== undefined) {
    const known = names.length === 0 ? "has no query" : `knows ${names.join(", ")} in its query`;
    throw urlError(`A ${scheme}: URL ${known}, not ${JSON.stringify(other)}; credentials go into the options or the environment`);
  }
  return Object.fromEntries(query) as { [Each in Name]?: string };
}

export function urlError(message: string, field = "url"): EdgewaterError<"SettingsError"> {
  return new EdgewaterError("SettingsError", message, { field });
}
