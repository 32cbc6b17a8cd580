import { encodeKey } from "../../encoding/percent.ts";
import { EdgewaterError } from "../../errors.ts";
import { aFunction, anyValue, describe, type OptionKind, type OptionKinds } from "../../options.ts";
import { checkRetryPolicy } from "../../retry.ts";
import { type Call, failed } from "../call.ts";
import type { TransportOptions } from "./exchange.ts";

/** The kinds of the options that every remote store has. {@link checkTransport} checks the values. */
export const transportKinds: OptionKinds<TransportOptions> = { fetch: aFunction, retry: anyValue, timeoutMs: anyValue };

/** Credentials, or a function that returns them. An object must have one of these sets of text. */
export function credentialsKind(...sets: readonly (readonly string[])[]): OptionKind {
  const has = (value: object, name: string): boolean => typeof (value as Record<string, unknown>)[name] === "string";
  return {
    expected: `a function, or an object with the text ${sets.map((names) => names.join(" and ")).join(", or ")}`,
    accepts: (value) =>
      typeof value === "function" ||
      (typeof value === "object" && value !== null && sets.some((names) => names.every((name) => has(value, name)))),
  };
}

/** A URL, or undefined for text that is not one. `URL.parse` is missing in Node 20. */
export function parsedUrl(text: string | URL): URL | undefined {
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
}

/**
 * The URL of a server, without a slash at its end. Its path is encoded as keys are, so that it is signed as it is sent. The
 * error does not show the URL, because it may hold a secret.
 *
 * @throws `SettingsError` for text that is not an http or https URL, and for a URL with credentials, a query or a fragment
 */
export function checkEndpoint(endpoint: string | URL, store: string): { readonly url: URL; readonly path: string } {
  const url = parsedUrl(endpoint);
  const path = url && encodedPath(url);
  const isBare = url && !url.username && !url.password && !url.search && !url.hash;
  if (isBare && path !== undefined && /^https?:$/.test(url.protocol)) return { url, path };
  const message = `Invalid endpoint of ${store}; expected an http or https URL without credentials, query or fragment; pass credentials as credentials`;
  throw new EdgewaterError("SettingsError", message, { store, field: "endpoint" });
}

/** The path of a URL without a slash at its end, encoded by RFC 3986; undefined when it cannot be decoded. */
function encodedPath({ pathname }: URL): string | undefined {
  try {
    const segments = pathname.replace(/\/$/, "").split("/").map(decodeURIComponent);
    return segments.some((segment) => segment.includes("/")) ? undefined : encodeKey(segments.join("/"));
  } catch {
    return undefined;
  }
}

/**
 * Checks a name that becomes part of the URL of every request, so that no name leads to another server. The error does not
 * show the name, because a URL with a secret may have been passed instead.
 *
 * @param expected the characters that the name may have, for the error
 * @throws `SettingsError`
 */
export function checkName(store: string, field: string, name: unknown, allowed: RegExp, expected: string): void {
  if (typeof name === "string" && allowed.test(name)) return;
  const what = typeof name === "string" ? "it has other characters" : `it is of type ${typeof name}`;
  throw new EdgewaterError("SettingsError", `Invalid ${field} of ${store}: ${what}; expected ${expected}`, { store, field });
}

/** A bucket's name: what AWS and Google take, and what they took in earlier years. */
export const bucketName: RegExp = /^[A-Za-z0-9][A-Za-z0-9._-]{0,254}$/;

/** {@link bucketName} in words. */
export const bucketNameRule = "letters, digits, dots, hyphens and underscores, with a letter or digit first";

/** The longest delay that timers can wait: 2³¹ − 1 milliseconds. */
const longestTimeoutMs = 2 ** 31 - 1;

/**
 * Checks the options that every remote store has.
 *
 * @throws `SettingsError`
 */
export function checkTransport({ retry, timeoutMs }: TransportOptions, store: string): void {
  checkRetryPolicy(retry, store, "SettingsError");
  if (timeoutMs === undefined || (typeof timeoutMs === "number" && timeoutMs > 0 && timeoutMs <= longestTimeoutMs)) return;
  throw wrongOption(store, "timeoutMs", timeoutMs, `milliseconds above 0, up to ${longestTimeoutMs}`);
}

/**
 * Checks options that count something.
 *
 * @throws `SettingsError` for a value that is not a whole number from 1 on
 */
export function checkCounts(counts: Readonly<Record<string, number | undefined>>, store: string): void {
  for (const [field, value] of Object.entries(counts)) {
    if (value !== undefined && !(Number.isSafeInteger(value) && value > 0)) {
      throw wrongOption(store, field, value, "a whole number from 1 on");
    }
  }
}

/** The error for an option with a wrong value. */
export function wrongOption(store: string, field: string, value: unknown, expected: string): EdgewaterError {
  const message = `Invalid ${field} of ${store}: ${typeof value === "string" ? JSON.stringify(value) : describe(value)}; expected ${expected}`;
  return new EdgewaterError("SettingsError", message, { store, field });
}

/**
 * Checks how long a signed URL is valid.
 *
 * @param longest the most seconds that the server accepts
 * @throws `SettingsError`
 */
export function checkExpiry(call: Call, seconds: number, longest: number = Number.MAX_SAFE_INTEGER): void {
  if (Number.isSafeInteger(seconds) && seconds > 0 && seconds <= longest) return;
  const most = longest === Number.MAX_SAFE_INTEGER ? "on" : `to ${longest}`;
  const reason = `expiresInSeconds is ${describe(seconds)}; expected a whole number from 1 ${most}`;
  throw failed(call, "SettingsError", reason, { field: "expiresInSeconds" });
}
