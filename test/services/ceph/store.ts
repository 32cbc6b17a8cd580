/** Stores on the server of the test run. */
import { S3Store, type S3StoreOptions } from "edgewater/s3";
import { inject } from "vitest";

const { endpoint, region, bucket, accessKeyId, secretAccessKey } = inject("s3");

export const credentials = { accessKeyId, secretAccessKey };

/** @param options replace the defaults */
export function makeStore(options: Partial<S3StoreOptions> = {}): S3Store {
  return new S3Store({ bucket, region, endpoint, credentials, ...options });
}

/** A `fetch` that shows every request to `watch` first. An answer that `watch` returns replaces the server's. */
export function watching(watch: (request: Request) => Response | undefined | Promise<Response | undefined>): typeof fetch {
  return async (input, init) => (await watch(new Request(input, { ...init, body: null }))) ?? fetch(input, init);
}
