/** The little of Cloudflare's types that the tests use: the bindings of the example and of the tests, and the Worker itself. */
declare module "cloudflare:workers" {
  export const env: {
    readonly ASSETS: import("edgewater/r2").R2BucketBinding;
    readonly VALUES: import("edgewater/kv").KVNamespaceBinding;
  };
  export const exports: { readonly default: { fetch(url: string, init?: RequestInit): Promise<Response> } };
}
