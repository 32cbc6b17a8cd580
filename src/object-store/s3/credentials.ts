import { EdgewaterError } from "../../errors.ts";
import { type EnvironmentSource, environmentOf } from "../../runtime/environment.ts";
import type { Expiring, Provider } from "../client/credential-cache.ts";

export interface S3Credentials extends Expiring {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Of temporary credentials. */
  readonly sessionToken?: string | undefined;
}

/**
 * Credentials, or where to get them. A function is asked before every request, unless what it gave has an expiration
 * that is still to come; by several requests at once it is asked once. When the server says that a token has expired,
 * it is asked again and the request repeated, once.
 */
export type CredentialProvider = Provider<S3Credentials>;

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
