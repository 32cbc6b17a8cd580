import { EdgewaterError } from "../../errors.ts";
import { type EnvironmentSource, environmentOf } from "../../runtime/environment.ts";
import type { Expiring, Provider } from "../client/credential-cache.ts";

/** A key of the storage account, which permits everything. */
export interface AzureSharedKey extends Expiring {
  /** The key in base64, as the portal shows it. */
  readonly accountKey: string;
}

/** A shared access signature of the account, of the container, or of a user delegation. */
export interface AzureSharedAccessSignature extends Expiring {
  /** The signature's query, with or without the question mark: `sv=…&sig=…`. */
  readonly sasToken: string;
}

/** An access token of Microsoft Entra ID for `https://storage.azure.com/.default`. */
export interface AzureAccessToken extends Expiring {
  /** The token, without `Bearer`. */
  readonly accessToken: string;
}

/** Any credentials that an `AzureStore` takes. */
export type AzureCredentials = AzureSharedKey | AzureSharedAccessSignature | AzureAccessToken;

/**
 * Credentials, or a function that returns them. The function is called before every request, unless its last result has an
 * `expiration` more than a minute ahead; requests that run at the same time share one call. When the server refuses a token or
 * signature, the function is called again and the request repeated, once.
 */
export type AzureCredentialProvider = Provider<AzureCredentials>;

/**
 * Credentials from the environment variable `AZURE_STORAGE_KEY`, or else `AZURE_STORAGE_SAS_TOKEN`, read before every request.
 * In Workers and browsers, pass the source.
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
