/** The writes that the tests crash or fail, and the object that each must leave. */
import type { LocalStore } from "../../../src/object-store/local/index.ts";

export const key = "v1/object";
export const oldBody = "the old object";
export const newBody = "the new object, which is longer";

export const largeBody: string = "x".repeat(300_000);

export interface Operation {
  /** Whether an object exists before: with attributes, without, or edited since. */
  readonly old?: "attributes" | "plain" | "edited";
  /** The body of the object afterwards; undefined for none. */
  readonly result: string | undefined;
  readonly attributes: Readonly<Record<string, string>>;
  readonly run: (store: LocalStore, etag: string) => Promise<unknown>;
}

const metadata = { is: "new" };
const streamed = (): ReadableStream<Uint8Array> => new Blob([newBody]).stream();

export const operations: Readonly<Record<string, Operation>> = {
  overwrite: { old: "attributes", result: newBody, attributes: {}, run: (store) => store.put(key, newBody) },
  "overwrite with attributes": {
    old: "attributes",
    result: newBody,
    attributes: metadata,
    run: (store) => store.put(key, newBody, { metadata }),
  },
  "overwrite of a missing object": { result: newBody, attributes: {}, run: (store) => store.put(key, newBody) },
  create: { result: newBody, attributes: {}, run: (store) => store.put(key, newBody, { mode: "create" }) },
  "create with attributes": {
    result: newBody,
    attributes: metadata,
    run: (store) => store.put(key, newBody, { mode: "create", metadata }),
  },
  ifMatch: { old: "attributes", result: newBody, attributes: {}, run: (store, ifMatch) => store.put(key, newBody, { mode: { ifMatch } }) },
  "ifMatch with attributes": {
    old: "attributes",
    result: newBody,
    attributes: metadata,
    run: (store, ifMatch) => store.put(key, newBody, { mode: { ifMatch }, metadata }),
  },
  stream: { old: "attributes", result: newBody, attributes: {}, run: (store) => store.put(key, streamed()) },
  "large overwrite with attributes": {
    old: "attributes",
    result: largeBody,
    attributes: metadata,
    run: (store) => store.put(key, largeBody, { metadata }),
  },
  "overwrite of the same size with attributes": {
    old: "attributes",
    result: "the NEW object",
    attributes: metadata,
    run: (store) => store.put(key, "the NEW object", { metadata }),
  },
  "overwrite of an object without attributes": { old: "plain", result: newBody, attributes: {}, run: (store) => store.put(key, newBody) },
  "large overwrite of an object without attributes": {
    old: "plain",
    result: largeBody,
    attributes: {},
    run: (store) => store.put(key, largeBody),
  },
  "delete of an object without attributes": { old: "plain", result: undefined, attributes: {}, run: (store) => store.delete(key) },
  accept: { old: "edited", result: oldBody.toUpperCase(), attributes: {}, run: (store) => store.accept(key) },
  delete: { old: "attributes", result: undefined, attributes: {}, run: (store) => store.delete(key) },
};
