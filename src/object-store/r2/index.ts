/**
 * `edgewater/r2`: a store that keeps objects in a Cloudflare R2 bucket, through a Worker's binding.
 *
 * @module
 */
export type { R2BucketBinding, R2Conditions, R2Object, R2ObjectBody, R2Page, R2PutOptions, R2UploadBinding } from "./binding.ts";
export { R2Store } from "./store.ts";
export type { R2StoreOptions } from "./write.ts";
