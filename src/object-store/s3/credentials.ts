import { EdgewaterError, isEdgewaterError } from "../../errors.ts";
import { type EnvironmentSource, environmentOf } from "../../runtime/environment.ts";

export interface S3Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Of temporary credentials. */
  readonly sessionToken?: string | undefined;
  /** When temporary credentials end; they are kept until shortly before. */
  readonly expiration?: Date | undefined;
}

/**
 * Credentials, or where to get them. A function is asked before every request, unless what it gave has an expiration
 * that is still to come; by several requests at once it is asked once. When the server says that a token has expired,
 * it is asked again and the request repeated, once.
 */
export type CredentialProvider = S3Credentials | (() => S3Credentials | Promise<S3Credentials>);

/** Milliseconds before their end in which credentials are no longer used. */
const margin = 60_000;

/** The credentials in use. */
export interface CurrentCredentials {
  /** @throws `Unauthenticated` with what the provider failed of */
  get(): Promise<S3Credentials>;
  /** Forgets what has expired before its time; tells whether there may be others. */
  forget(): boolean;
}

export function currentCredentials(provider: CredentialProvider, store: string): CurrentCredentials {
  if (typeof provider !== "function") return { get: async () => provider, forget: () => false };
  let kept: S3Credentials | undefined;
  let asked: Promise<S3Credentials> | undefined;
  const ask = async (): Promise<S3Credentials> => {
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

/**
 * Credentials from the environment: `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY` and `AWS_SESSION_TOKEN`, read when the
 * first request is made. In Workers and browsers pass the source.
 *
 * @throws `SettingsError` at the first request when a variable is missing
 *
 * @example
 * ```ts
 * new S3Store({ bucket: "quakes", region: "eu-west-1", credentials: fromEnvironment() });
 * new S3Store({ bucket: "quakes", region: "eu-west-1", credentials: fromEnvironment(env) }); // in a Worker
 * ```
 */
export function fromEnvironment(source?: EnvironmentSource): () => S3Credentials {
  return () => {
    const environment = environmentOf(source);
    const read = (name: string): string | undefined => {
      const value = environment(name);
      return typeof value === "string" && value !== "" ? value : undefined;
    };
    const needed = (field: string): string => {
      const value = read(field);
      if (value === undefined) throw new EdgewaterError("SettingsError", `${field} is not set in the environment`, { field });
      return value;
    };
    return {
      accessKeyId: needed("AWS_ACCESS_KEY_ID"),
      secretAccessKey: needed("AWS_SECRET_ACCESS_KEY"),
      sessionToken: read("AWS_SESSION_TOKEN"),
    };
  };
}
