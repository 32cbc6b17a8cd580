import type { R2BucketBinding, R2Object } from "edgewater/r2";

/** How one call fails: before it reaches the bucket, or after the bucket has done it. */
export type Fault = { readonly before: string } | { readonly after: string; readonly meanwhile?: () => Promise<unknown> } | undefined;

/** A real bucket behind a binding that fails: each call of a method takes its next fault. */
export class FaultyBucket {
  readonly #bucket: R2BucketBinding;
  readonly #faults: Record<string, Fault[]>;
  readonly calls: string[] = [];

  constructor(bucket: R2BucketBinding, faults: Record<string, Fault[]>) {
    this.#bucket = bucket;
    this.#faults = faults;
  }

  get binding(): R2BucketBinding {
    const bucket = this.#bucket;
    return {
      put: (...args) => this.#run("put", () => bucket.put(...args)),
      get: (...args) => this.#run("get", () => bucket.get(...args)),
      head: (...args) => this.#run("head", () => bucket.head(...args)),
      delete: (...args) => this.#run("delete", () => bucket.delete(...args)),
      list: (...args) => this.#run("list", () => bucket.list(...args)),
      createMultipartUpload: async (...args) => {
        const upload = await this.#run("begin", () => bucket.createMultipartUpload(...args));
        return {
          uploadPart: (...part) => this.#run("part", () => upload.uploadPart(...part)),
          complete: (parts) => this.#run<R2Object>("complete", () => upload.complete(parts)),
          abort: () => this.#run("abort", () => upload.abort()),
        };
      },
    };
  }

  async #run<Value>(method: string, work: () => Promise<Value>): Promise<Value> {
    this.calls.push(method);
    const fault = this.#faults[method]?.shift();
    if (fault && "before" in fault) throw new Error(fault.before);
    const value = await work();
    if (fault === undefined) return value;
    await fault.meanwhile?.();
    throw new Error(fault.after);
  }
}
