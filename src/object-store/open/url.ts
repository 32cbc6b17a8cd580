import { EdgewaterError } from "../../errors.ts";
import { nearest } from "../../options.ts";

/** A parsed URL of a store. */
export interface StoreURL {
  /** The scheme, without the colon. */
  readonly scheme: string;
  /** The part after two slashes, such as a bucket; empty if there are no slashes. */
  readonly host: string;
  /** The decoded path, without a slash at the start and the end. */
  readonly path: string;
  /** The URL up to the end of its path. */
  readonly base: string;
  readonly query: URLSearchParams;
}

/**
 * Parses the URL of a store. Errors do not contain the URL, because it may contain a secret.
 *
 * @throws `SettingsError` for an invalid URL, and for one with credentials or a fragment
 */
export function parseStoreURL(text: string | URL): StoreURL {
  let url: URL;
  let path: string;
  let host: string;
  try {
    url = new URL(text);
    path = decodeURIComponent(url.pathname);
    host = decodeURIComponent(url.host);
  } catch {
    throw urlError('Invalid URL of a store; expected a URL such as "s3://bucket/prefix" or "file:///folder"');
  }
  if (url.username !== "" || url.password !== "") {
    throw urlError(`Invalid ${url.protocol} URL: it contains credentials; pass them in the options, or set them in the environment`);
  }
  if (url.hash !== "") throw urlError(`Invalid ${url.protocol} URL: it has a fragment; write # as %23`);
  if (typeof text === "string") checkWritten(text, url.protocol);
  const { protocol, searchParams: query } = url;
  const base = `${protocol}//${url.host}${url.pathname}`;
  return { scheme: protocol.slice(0, -1), host, path: path.replace(/^\/|\/$/g, ""), base, query };
}

/**
 * Checks what a URL loses when it is parsed: `file:./data` becomes `file:///data`, and `..` takes a segment away.
 *
 * @throws `SettingsError`
 */
function checkWritten(text: string, protocol: string): void {
  const [start = ""] = text
    .replace(/[\t\n\r]/g, "")
    .trim()
    .split(/[?#]/, 1);
  if (protocol === "file:" && !/^file:\/\//i.test(start)) {
    throw urlError("Invalid file: URL: it is relative; expected three slashes and an absolute path: file:///folder");
  }
  if (/[/\\:](?:\.|%2e){1,2}(?:[/\\]|$)/i.test(start)) {
    throw urlError(`Invalid ${protocol} URL: it has a segment "." or ".."; write the path without them`);
  }
}

/**
 * Reads named parameters from the query of a URL.
 *
 * @throws `SettingsError` for any other parameter, which is a mistake or a secret
 */
export function queryOf<Name extends string>({ scheme, query }: StoreURL, ...names: readonly Name[]): { readonly [Each in Name]?: string } {
  const given = [...query.keys()];
  const other = given.find((name) => !names.includes(name as Name));
  if (other !== undefined) {
    // What does not look like a name may be a secret.
    const shown = /^[A-Za-z][A-Za-z_-]{0,29}$/.test(other) ? ` ${JSON.stringify(other)}` : "";
    const near = nearest(other, names);
    const expected = names.length === 0 ? "no query" : `only ${names.join(", ")} in its query`;
    const hint = near === undefined ? `expected ${expected}; pass credentials in the options` : `did you mean ${JSON.stringify(near)}?`;
    throw urlError(`Invalid ${scheme}: URL: unknown parameter${shown}; ${hint}`);
  }
  const repeated = given.find((name, index) => given.indexOf(name) !== index);
  if (repeated !== undefined) throw urlError(`Invalid ${scheme}: URL: the parameter ${JSON.stringify(repeated)} is repeated`);
  return Object.fromEntries(query) as { [Each in Name]?: string };
}

/** An error about a URL or an option; it must not contain the URL. */
export function urlError(message: string, field = "url"): EdgewaterError<"SettingsError"> {
  return new EdgewaterError("SettingsError", message, { field });
}
