import { EdgewaterError } from "../../errors.ts";
import { type EnvironmentSource, environmentOf } from "../../runtime/environment.ts";
import type { Expiring, Provider } from "../client/credential-cache.ts";

/** Access keys of AWS or another S3 server. */
export interface S3Credentials extends Expiring {
  /** Access key ID. */
  readonly accessKeyId: string;
  /** Secret access key. */
  readonly secretAccessKey: string;
  /** Session token of temporary credentials. */
  readonly sessionToken?: string | undefined;
}

/**
 * Credentials, or a function that returns them. The function is called before every request, unless its last result has an
 * `expiration` more than a minute ahead; requests that run at the same time share one call. When the server reports that the
 * token has expired, the function is called again and the request repeated, once.
 */
export type CredentialProvider = Provider<S3Credentials>;

/**
 * Credentials from the environment variables `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY` and `AWS_SESSION_TOKEN`, read
 * before every request. In Workers and browsers, pass the source.
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
    const required = (field: string): string => {
      const value = read(field);
      if (value === undefined) throw new EdgewaterError("SettingsError", `${field} is not set in the environment`, { field });
      return value;
    };
    return {
      accessKeyId: required("AWS_ACCESS_KEY_ID"),
      secretAccessKey: required("AWS_SECRET_ACCESS_KEY"),
      sessionToken: read("AWS_SESSION_TOKEN"),
    };
  };
}
