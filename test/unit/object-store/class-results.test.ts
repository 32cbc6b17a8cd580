/** A store of a user whose GetResult is an instance of a class: its methods use `this`, so they must be called on the object. */
import {
  BytesIOHandler,
  type FullGetOptions,
  type FullObjectMeta,
  type GetResult,
  InputContext,
  MemoryStore,
  OutputContext,
  SuperJsonIOHandler,
} from "edgewater";
import { withCache, withLimit, withPrefix, withRetry, withTrace } from "edgewater/with";
import { describe, expect, it } from "vitest";
import { copyThrough } from "../../../src/object-store/copy.ts";

class Opened implements GetResult<FullObjectMeta> {
  readonly #inner: GetResult<FullObjectMeta>;

  constructor(inner: GetResult<FullObjectMeta>) {
    this.#inner = inner;
  }

  get meta(): FullObjectMeta {
    return this.#inner.meta;
  }

  bytes(): Promise<Uint8Array<ArrayBuffer>> {
    return this.#inner.bytes();
  }

  text(): Promise<string> {
    return this.#inner.text();
  }

  stream(): ReadableStream<Uint8Array<ArrayBuffer>> {
    return this.#inner.stream();
  }
}

class UserStore extends MemoryStore {
  override async get(key: string, options?: FullGetOptions): Promise<GetResult<FullObjectMeta>> {
    return new Opened(await super.get(key, options));
  }
}

const wrappers: Readonly<Record<string, (store: UserStore) => Pick<MemoryStore, "get" | "put">>> = {
  withPrefix: (store) => withPrefix(store, "p"),
  withCache: (store) => withCache(store, new UserStore()),
  "withCache of objects that are too large": (store) => withCache(store, new UserStore(), { maxObjectBytes: 1 }),
  withTrace: (store) => withTrace(store, () => undefined),
  withLimit: (store) => withLimit(store, 1),
  withRetry: (store) => withRetry(store),
};

describe.each(Object.entries(wrappers))("%s over a store whose results are class instances", (_, wrap) => {
  it("reads bytes, text and streams", async () => {
    const store = wrap(new UserStore());
    await store.put("k", "body");
    for (let round = 0; round < 2; round++) {
      expect(new TextDecoder().decode(await (await store.get("k")).bytes())).toBe("body");
      expect(await (await store.get("k")).text()).toBe("body");
      expect(await new Response((await store.get("k")).stream()).text()).toBe("body");
    }
  });
});

it("copyThrough copies an object whose result is a class instance", async () => {
  const store = new UserStore();
  await store.put("from", "body", { contentType: "a/b", metadata: { a: "b" } });
  await copyThrough(store, "from", "to");
  expect(await (await store.get("to")).text()).toBe("body");
  expect(await store.head("to")).toMatchObject({ contentType: "a/b", metadata: { a: "b" } });
});

describe("handlers over a store whose results are class instances", () => {
  const output = (): OutputContext => new OutputContext({ assetName: "quakes" });
  const input = (): InputContext => new InputContext({ assetName: "quakes", downstreamAsset: "strong" });

  it("SuperJsonIOHandler loads what it wrote", async () => {
    const handler = new SuperJsonIOHandler({ store: new UserStore() });
    await handler.handleOutput(output(), { at: new Date(0) });
    expect(await handler.loadInput(input())).toEqual({ at: new Date(0) });
  });

  it.each(["bytes", "blob", "stream"] as const)("BytesIOHandler loads what it wrote as %s", async (as) => {
    const handler = new BytesIOHandler({ store: new UserStore(), as });
    await handler.handleOutput(output(), new Uint8Array([1, 2, 3]));
    const loaded = await handler.loadInput(input());
    expect([...new Uint8Array(await new Response(loaded).arrayBuffer())]).toEqual([1, 2, 3]);
  });
});
