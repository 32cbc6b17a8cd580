/** Work that is done when it is first asked for, and once. After a failure the next who ask try again. */
export class Once<Value> {
  readonly #work: () => Promise<Value>;
  #value: Promise<Value> | undefined;

  constructor(work: () => Promise<Value>) {
    this.#work = work;
  }

  /** What was begun; undefined before somebody asks, and after a failure. */
  get begun(): Promise<Value> | undefined {
    return this.#value;
  }

  get(): Promise<Value> {
    if (this.#value !== undefined) return this.#value;
    const value = this.#work();
    this.#value = value;
    value.catch(() => {
      if (this.#value === value) this.#value = undefined;
    });
    return value;
  }
}
