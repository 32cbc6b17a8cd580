/** The writes that the tests crash or fail, and the object that each must leave. */
import type { LocalStore } from "../../../src/object-store/local/index.ts";

export const key = "v1/object";
export const oldBody = "the old object";
export const newBody = "the new object, which is longer";

export interface Operation {
  /** Whether an object with attributes exists before. */
  readonly hasOld: boolean;
  /** The body of the object afterwards; undefined for none. */
  readonly result: string | undefined;
  readonly attributes: Readonly<Record<string, string>>;
  readonly run: (store: LocalStore, etag: string) => Promise<unknown>;
}

const metadata = { is: "new" };
const streamed = (): ReadableStream<Uint8Array> => new Blob([newBody]).stream();

export const operations: Readonly<Record<string, Operation>> = {
  overwrite: { hasOld: true, result: newBody, attributes: {}, run: (store) => store.put(key, newBody) },
  "overwrite with attributes": {
    hasOld: true,
    result: newBody,
    attributes: metadata,
    run: (store) => store.put(key, newBody, { metadata }),
  },
  "overwrite of a missing object": { hasOld: false, result: newBody, attributes: {}, run: (store) => store.put(key, newBody) },
  create: { hasOld: false, result: newBody, attributes: {}, run: (store) => store.put(key, newBody, { mode: "create" }) },
  "create with attributes": {
    hasOld: false,
    result: newBody,
    attributes: metadata,
    run: (store) => store.put(key, newBody, { mode: "create", metadata }),
  },
  ifMatch: { hasOld: true, result: newBody, attributes: {}, run: (store, ifMatch) => store.put(key, newBody, { mode: { ifMatch } }) },
  "ifMatch with attributes": {
    hasOld: true,
    result: newBody,
    attributes: metadata,
    run: (store, ifMatch) => store.put(key, newBody, { mode: { ifMatch }, metadata }),
  },
  stream: { hasOld: true, result: newBody, attributes: {}, run: (store) => store.put(key, streamed()) },
  delete: { hasOld: true, result: undefined, attributes: {}, run: (store) => store.delete(key) },
};
