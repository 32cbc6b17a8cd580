import { EdgewaterError } from "../../errors.ts";
import { type EnvironmentSource, environmentOf } from "../../runtime/environment.ts";

export interface S3Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Of temporary credentials. */
  readonly sessionToken?: string | undefined;
}

/** Credentials, or where to get them: asked before every request, so that it can refresh what expires. */
export type CredentialProvider = S3Credentials | (() => S3Credentials | Promise<S3Credentials>);

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
    const accessKeyId = read("AWS_ACCESS_KEY_ID");
    const secretAccessKey = read("AWS_SECRET_ACCESS_KEY");
    if (accessKeyId === undefined || secretAccessKey === undefined) {
      const missing = accessKeyId === undefined ? "AWS_ACCESS_KEY_ID" : "AWS_SECRET_ACCESS_KEY";
      throw new EdgewaterError("SettingsError", `${missing} is not set in the environment`, { field: missing });
    }
    return { accessKeyId, secretAccessKey, sessionToken: read("AWS_SESSION_TOKEN") };
  };
}
