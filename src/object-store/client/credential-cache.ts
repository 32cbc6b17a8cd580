import { EdgewaterError, isEdgewaterError } from "../../errors.ts";

/** Credentials that may expire. */
export interface Expiring {
  /** When they expire. They are used until one minute before. */
  readonly expiration?: Date | undefined;
}

/**
 * Credentials, or a function that returns them. The function is called before every request, unless its last result has an
 * `expiration` that is still ahead; requests that run at the same time share one call.
 */
export type Provider<Credentials extends Expiring> = Credentials | (() => Credentials | Promise<Credentials>);

/** Milliseconds before their expiration from which credentials are no longer used. */
const marginMs = 60_000;

/** The credentials of one store. */
export interface CredentialCache<Credentials> {
  /** @throws `Unauthenticated` when the provider fails; the provider's own error of this library's family */
  readonly get: () => Promise<Credentials>;
  /** Drops credentials that the server no longer accepts. Returns whether the provider may have others. */
  readonly forget: () => boolean;
}

/** A cache for the credentials of a provider. */
export function cachedCredentials<Credentials extends Expiring>(
  provider: Provider<Credentials>,
  store: string,
): CredentialCache<Credentials> {
  if (typeof provider !== "function") return { get: async () => provider, forget: () => false };
  let cached: Credentials | undefined;
  let pending: Promise<Credentials> | undefined;
  const load = async (): Promise<Credentials> => {
    try {
      cached = await provider();
      return cached;
    } catch (cause) {
      if (isEdgewaterError(cause)) throw cause;
      throw new EdgewaterError("Unauthenticated", `The credential provider of ${store} failed`, { store, cause });
    }
  };
  return {
    get: async () => {
      if (cached?.expiration && cached.expiration.getTime() - marginMs > Date.now()) return cached;
      pending ??= load().finally(() => {
        pending = undefined;
      });
      return pending;
    },
    forget: () => {
      cached = undefined;
      return true;
    },
  };
}
