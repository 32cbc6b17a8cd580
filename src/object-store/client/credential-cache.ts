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
export interface Current<Credentials> {
  /** @throws `Unauthenticated` with what the provider failed of */
  get(): Promise<Credentials>;
  /** Forgets what has expired before its time; tells whether there may be others. */
  forget(): boolean;
}

export function current<Credentials extends Expiring>(provider: Provider<Credentials>, store: string): Current<Credentials> {
  if (typeof provider !== "function") return { get: async () => provider, forget: () => false };
  let kept: Credentials | undefined;
  let asked: Promise<Credentials> | undefined;
  const ask = async (): Promise<Credentials> => {
    try {
      kept = await provider();
      return kept;
    } catch (cause) {
      if (isEdgewaterError(cause)) throw cause;
      throw new EdgewaterError("Unauthenticated", `The credential provider of ${store} failed`, { store, cause });
    }
  };
  return {
    get: async () => {
      if (kept?.expiration && kept.expiration.getTime() - margin > Date.now()) return kept;
      asked ??= ask().finally(() => {
        asked = undefined;
      });
      return asked;
    },
    forget: () => {
      kept = undefined;
      return true;
    },
  };
}
