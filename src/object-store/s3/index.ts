/**
 * `edgewater/s3`: objects in Amazon S3 and other servers with its protocol, through `fetch`.
 *
 * @module
 */
export {
  type CredentialProvider,
  type EnvironmentCredentials,
  endpointFromEnvironment,
  fromEnvironment,
  type S3Credentials,
} from "./credentials.ts";
export type { S3StoreOptions } from "./options.ts";
export { S3Store } from "./store.ts";
