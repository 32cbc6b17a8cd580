/** The little of Cloudflare's types that the tests use: the bindings of the test's Worker, and the Worker itself. */
declare module "cloudflare:workers" {
  export const env: {
    readonly ASSETS: import("edgewater/r2").R2BucketBinding;
    readonly VALUES: import("edgewater/kv").KVNamespaceBinding;
    readonly RECORDS: import("edgewater/d1").D1Binding;
    readonly OBJECTS: DurableObjectNamespace;
  };
  export const exports: { readonly default: { fetch(url: string, init?: RequestInit): Promise<Response> } };
  export class DurableObject {
    readonly ctx: { readonly storage: import("edgewater/durable-object").DurableObjectStorageBinding };
  }
  interface DurableObjectNamespace {
    getByName(name: string): DurableObjectStub;
  }
  interface DurableObjectStub {
    readonly name: string;
  }
}

declare module "cloudflare:test" {
  export function runInDurableObject<Value>(
    stub: import("cloudflare:workers").DurableObjectStub,
    work: (
      instance: unknown,
      state: { readonly storage: import("edgewater/durable-object").DurableObjectStorageBinding },
    ) => Promise<Value>,
  ): Promise<Value>;
}
