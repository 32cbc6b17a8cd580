/**
 * `edgewater/azure`: objects in Azure Blob Storage, through `fetch`.
 *
 * @module
 */
export {
  type AzureAccessToken,
  type AzureCredentialProvider,
  type AzureCredentials,
  type AzureSharedAccessSignature,
  type AzureSharedKey,
  fromEnvironment,
} from "./credentials.ts";
export type { AzureStoreOptions } from "./options.ts";
export { AzureStore } from "./store.ts";
