import { BaseIOHandler } from "edgewater";

/** Loads data that somebody else publishes, as a module of JSON. It is imported when it is needed, and never written. */
export class Published<Value> extends BaseIOHandler<never, Value> {
  readonly #load: () => Promise<Value>;

  constructor(load: () => Promise<Value>) {
    super();
    this.#load = load;
  }

  override handleOutput(): never {
    throw new Error("Published data is not written here");
  }

  override loadInput(): Promise<Value> {
    return this.#load();
  }
}
