/**
 * `edgewater/s3`: S3 and whatever speaks its protocol, through `fetch`.
 *
 * @module
 */
export { type CredentialProvider, fromEnvironment, type S3Credentials } from "./credentials.ts";
export { S3Store, type S3StoreOptions } from "./store.ts";
