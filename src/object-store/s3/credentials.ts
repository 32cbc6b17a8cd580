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
 * before every request. A store with these credentials also takes its endpoint from `AWS_ENDPOINT_URL_S3` or
 * `AWS_ENDPOINT_URL`, unless it is given one. In Workers and browsers, pass the source.
 *
 * @throws `SettingsError` at the first request when a variable is missing
 *
 * @example
 * ```ts
 * new S3Store({ bucket: "quakes", region: "eu-west-1", credentials: fromEnvironment() });
 * new S3Store({ bucket: "quakes", region: "eu-west-1", credentials: fromEnvironment(env) }); // in a Worker
 * ```
 */
export function fromEnvironment(source?: EnvironmentSource): EnvironmentCredentials {
  const credentials = (): S3Credentials => {
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
  return Object.assign(credentials, { endpoint: () => endpointFromEnvironment(source) });
}

/** Credentials from the environment, which also has the endpoint that they are for. */
export interface EnvironmentCredentials {
  /** Reads the credentials. */
  (): S3Credentials;
  /** Reads the endpoint; undefined for AWS. An `S3Store` without `endpoint` calls it when it is made. */
  readonly endpoint: () => string | undefined;
}

/**
 * Reads the base URL of the server from `AWS_ENDPOINT_URL_S3`, or else `AWS_ENDPOINT_URL`, unless
 * `AWS_IGNORE_CONFIGURED_ENDPOINT_URLS` is `true` (AWS SDKs and Tools Reference Guide, "Service-specific endpoints").
 *
 * @returns undefined for AWS
 */
export function endpointFromEnvironment(source?: EnvironmentSource): string | undefined {
  const environment = environmentOf(source);
  const read = (name: string): string | undefined => {
    const value = environment(name);
    return typeof value === "string" && value !== "" ? value : undefined;
  };
  if (read("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS")?.toLowerCase() === "true") return undefined;
  return read("AWS_ENDPOINT_URL_S3") ?? read("AWS_ENDPOINT_URL");
}

/** The endpoint that credentials of {@link fromEnvironment} are for. */
export function endpointOf(credentials: CredentialProvider): string | undefined {
  return typeof credentials === "function" && "endpoint" in credentials ? (credentials as EnvironmentCredentials).endpoint() : undefined;
}
