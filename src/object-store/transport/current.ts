import { EdgewaterError, isEdgewaterError } from "../../errors.ts";

/** What may end: temporary credentials, tokens. */
export interface Expiring {
  /** When it ends; it is kept until shortly before. */
  readonly expiration?: Date | undefined;
}

/**
 * Credentials, or where to get them. A function is asked before every request, unless what it gave has an expiration
 * that is still to come; by several requests at once it is asked once.
 */
export type Provider<Credentials extends Expiring> = Credentials | (() => Credentials | Promise<Credentials>);

/** Milliseconds before their end in which credentials are no longer used. */
const margin = 60_000;

/** The credentials in use. */
export class Current<Credentials extends Expiring> {
  readonly #provider: Provider<Credentials>;
  readonly #store: string;
  #kept: Credentials | undefined;
  #asked: Promise<Credentials> | undefined;

  constructor(provider: Provider<Credentials>, store: string) {
    this.#provider = provider;
    this.#store = store;
  }

  /** @throws `Unauthenticated` with what the provider failed of */
  async get(): Promise<Credentials> {
    const provider = this.#provider;
    if (typeof provider !== "function") return provider;
    const { expiration } = this.#kept ?? {};
    if (this.#kept && expiration && expiration.getTime() - margin > Date.now()) return this.#kept;
    this.#asked ??= this.#ask(provider).finally(() => {
      this.#asked = undefined;
    });
    return this.#asked;
  }

  /** Forgets what has expired before its time; tells whether there may be others. */
  forget(): boolean {
    this.#kept = undefined;
    return typeof this.#provider === "function";
  }

  async #ask(provider: () => Credentials | Promise<Credentials>): Promise<Credentials> {
    try {
      this.#kept = await provider();
      return this.#kept;
    } catch (cause) {
      if (isEdgewaterError(cause)) throw cause;
      const message = `The credential provider of ${this.#store} failed`;
      throw new EdgewaterError("Unauthenticated", message, { store: this.#store, cause });
    }
  }
}
