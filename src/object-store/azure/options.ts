import { EdgewaterError } from "../../errors.ts";
import type { TransportOptions } from "../client/exchange.ts";
import type { AzureCredentialProvider } from "./credentials.ts";

export interface AzureStoreOptions extends TransportOptions {
  /** Name of the storage account. */
  readonly account: string;
  readonly container: string;
  readonly credentials: AzureCredentialProvider;
  /**
   * Base URL of the account's blobs when it is not `https://<account>.blob.core.windows.net`, such as
   * `http://127.0.0.1:10000/devstoreaccount1` of an emulator.
   */
  readonly endpoint?: string | URL | undefined;
  /**
   * Bytes of every block of a stream's upload, of which there may be 50,000: 8 MiB unless given. What fits into one block
   * is put in one request.
   */
  readonly blockSize?: number | undefined;
  /** How many blocks, or deletes, are under way at once: 4 unless given. */
  readonly concurrency?: number | undefined;
}

/** The URL of the container, without a slash at the end. */
export function containerUrl({ account, container, endpoint }: AzureStoreOptions, store: string): string {
  const url = URL.parse(endpoint ?? `https://${account}.blob.core.windows.net`);
  const problem = url === null ? "is not a URL" : url.search || url.username || url.password ? "must not carry credentials" : undefined;
  if (url === null || problem !== undefined) {
    throw new EdgewaterError("SettingsError", `The endpoint of ${store} ${problem}`, { store, field: "endpoint" });
  }
  return `${url.origin}${url.pathname.replace(/\/$/, "")}/${container}`;
}
