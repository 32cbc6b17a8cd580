import { EdgewaterError } from "../../errors.ts";
import { aName, anyValue, aURL, checkOptions as checkOptionTypes, type OptionKinds, required } from "../../options.ts";
import { checkCounts, checkEndpoint, checkName, checkTransport, credentialsKind, transportKinds } from "../client/checks.ts";
import type { TransportOptions } from "../client/exchange.ts";
import { checkKey, isKey } from "../path.ts";
import type { AzureCredentialProvider } from "./credentials.ts";

/** The options of an `AzureStore`. */
export interface AzureStoreOptions extends TransportOptions {
  /** Name of the storage account. */
  readonly account: string;
  /** Name of the container. */
  readonly container: string;
  /** Credentials, or a function that returns them. */
  readonly credentials: AzureCredentialProvider;
  /**
   * Base URL of the account's blobs when it is not `https://<account>.blob.core.windows.net`, such as
   * `http://127.0.0.1:10000/devstoreaccount1` of an emulator.
   */
  readonly endpoint?: string | URL | undefined;
  /**
   * Size of the blocks in which a stream is uploaded, in bytes; there may be 50,000. 8 MiB unless given. A stream that fits
   * into one block is put in one request.
   */
  readonly blockSize?: number | undefined;
  /** Number of blocks, or of deletes, sent at the same time: 4 unless given. */
  readonly concurrency?: number | undefined;
}

const containerName = /^(?:\$root|\$web|\$logs|[a-z0-9][a-z0-9-]{0,62})$/;
const kinds: OptionKinds<AzureStoreOptions> = {
  account: required(aName),
  container: required(aName),
  credentials: required(credentialsKind(["accountKey"], ["sasToken"], ["accessToken"])),
  endpoint: aURL,
  blockSize: anyValue,
  concurrency: anyValue,
  ...transportKinds,
};

/**
 * Checks the names and types of the options.
 *
 * @throws `SettingsError`
 */
export function checkTypes(options: unknown): void {
  checkOptionTypes("AzureStore", options, kinds);
}

/**
 * Checks the options.
 *
 * @returns the URL of the container, without a slash at its end
 * @throws `SettingsError`
 */
export function checkOptions(options: AzureStoreOptions, store: string): string {
  const { account, container, endpoint, blockSize, concurrency } = options;
  checkName("AzureStore", "account", account, /^[a-z0-9][a-z0-9-]{0,62}$/, "lower-case letters and digits");
  checkName("AzureStore", "container", container, containerName, "lower-case letters, digits and hyphens, or $root, $web or $logs");
  checkTransport(options, store);
  checkCounts({ blockSize, concurrency }, store);
  const { url, path } = checkEndpoint(endpoint ?? `https://${account}.blob.core.windows.net`, store);
  return `${url.origin}${path}/${container}`;
}

/**
 * Checks a key. Azure turns backslashes into slashes and drops dots at the end of a segment, so that two keys would name one
 * blob.
 *
 * @throws `InvalidPath`
 */
export function checkBlobName(store: string, key: string): void {
  checkKey(store, key);
  const problem = blobNameProblem(key);
  if (problem === undefined) return;
  const message = `Invalid key ${JSON.stringify(key)} in ${store}: Azure does not keep ${problem}`;
  throw new EdgewaterError("InvalidPath", message, { store, key });
}

/** Returns whether a blob's name is a key that this store takes. */
export function isBlobName(name: string): boolean {
  return isKey(name) && blobNameProblem(name) === undefined;
}

function blobNameProblem(key: string): string | undefined {
  if (key.includes("\\")) return "backslashes";
  return /\.(?:\/|$)/.test(key) ? "dots at the end of a segment" : undefined;
}
