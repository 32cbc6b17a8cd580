import { EdgewaterError } from "../../errors.ts";
import { type EnvironmentSource, environmentOf } from "../../runtime/environment.ts";
import type { Expiring, Provider } from "../client/credential-cache.ts";

/** The account's own key, which may do everything. */
export interface AzureSharedKey extends Expiring {
  /** As the portal shows it, in base64. */
  readonly accountKey: string;
}

/** A shared access signature, of the account, the container, or a user's delegation. */
export interface AzureSharedAccessSignature extends Expiring {
  /** The query that it is, with or without the question mark: `sv=…&sig=…`. */
  readonly sasToken: string;
}

/** A token of Microsoft Entra ID for `https://storage.azure.com/.default`. */
export interface AzureAccessToken extends Expiring {
  readonly accessToken: string;
}

export type AzureCredentials = AzureSharedKey | AzureSharedAccessSignature | AzureAccessToken;

/**
 * Credentials, or where to get them. A function is asked before every request, unless what it gave has an expiration
 * that is still to come; by several requests at once it is asked once. When the server refuses a token or signature, it
 * is asked again and the request repeated, once.
 */
export type AzureCredentialProvider = Provider<AzureCredentials>;

/**
 * Credentials from the environment: `AZURE_STORAGE_KEY` or else `AZURE_STORAGE_SAS_TOKEN`, read when the first request is
 * made. In Workers and browsers pass the source.
 *
 * @throws `SettingsError` at the first request when neither is set
 *
 * @example
 * ```ts
 * new AzureStore({ account: "quakes", container: "v1", credentials: fromEnvironment() });
 * ```
 */
export function fromEnvironment(source?: EnvironmentSource): () => AzureCredentials {
  return () => {
    const environment = environmentOf(source);
    const [accountKey, sasToken] = [environment("AZURE_STORAGE_KEY"), environment("AZURE_STORAGE_SAS_TOKEN")];
    if (typeof accountKey === "string" && accountKey !== "") return { accountKey };
    if (typeof sasToken === "string" && sasToken !== "") return { sasToken };
    const message = "Neither AZURE_STORAGE_KEY nor AZURE_STORAGE_SAS_TOKEN is set in the environment";
    throw new EdgewaterError("SettingsError", message, { field: "AZURE_STORAGE_KEY" });
  };
}
