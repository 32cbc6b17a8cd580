
import { type Body, isEdgewaterError, MemoryStore, EdgewaterError, type PutOptions, type RangeGetOptions } from "edgewater";

export class MyStore {
  readonly name = "MyStore";
  readonly #inner = new MemoryStore();
  put = (key: string, body: Body, { signal }: PutOptions = {}) => this.#inner.put(key, body, { signal });
  get = async (key: string, { range, signal }: RangeGetOptions = {}) => {
    const end = range?.end === undefined ? undefined : range.end + 0;
    return this.#named(() => this.#inner.get(key, { range: range && { start: range.start, end }, signal }));
  };
  head = (key: string, options: { signal?: AbortSignal } = {}) => this.#named(() => this.#inner.head(key, options));
  delete = (keys: string | readonly string[], options: { signal?: AbortSignal } = {}) => this.#inner.delete(keys, options);
  list = (prefix?: string, { signal }: { signal?: AbortSignal } = {}) => this.#inner.list(prefix, { signal });
  async #named<Value>(work: () => Promise<Value>): Promise<Value> {
    try {
      return await work();
    } catch (error) {
      if (!isEdgewaterError(error)) throw error;
      throw new EdgewaterError(error.code, error.message, { ...error, store: this.name, cause: error.cause });
    }
  }
}
