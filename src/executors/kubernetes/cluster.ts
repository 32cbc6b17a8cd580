/** Which API server, which namespace and which token: as given, or those of the pod in which this process runs. */
import { EdgewaterError, isEdgewaterError } from "../../errors.ts";
import { runtimeEnvironment } from "../../runtime/environment.ts";
import { readTextFile } from "../../runtime/program.ts";
import type { KubernetesOptions } from "./options.ts";

/** The folder of the service account in a container. */
const serviceAccount = "/var/run/secrets/kubernetes.io/serviceaccount";

/** Where requests go, and how they say who sends them. */
export interface Cluster {
  /** The URL of the API server, without a slash at its end. */
  readonly server: string;
  readonly namespace: () => Promise<string>;
  /** The bearer token, read anew; undefined where none is needed. */
  readonly token: () => Promise<string | undefined>;
}

/** The cluster that the options name. @throws `SettingsError` outside of a pod without a server */
export function clusterOf({ server, namespace, token }: KubernetesOptions): Cluster {
  const isInside = server === undefined;
  let ownNamespace: Promise<string> | undefined;
  return {
    server: isInside ? inside() : `${server}`.replace(/\/+$/, ""),
    namespace: async () => {
      if (namespace !== undefined || !isInside) return namespace ?? "default";
      ownNamespace ??= ownFile("namespace");
      return ownNamespace;
    },
    token: async () => {
      if (token === undefined) return isInside ? ownFile("token") : undefined;
      return typeof token === "string" ? token : given(token);
    },
  };
}

/** The API server of the cluster in which this process runs. */
function inside(): string {
  const [host, port] = [runtimeEnvironment("KUBERNETES_SERVICE_HOST"), runtimeEnvironment("KUBERNETES_SERVICE_PORT")];
  if (typeof host === "string" && host !== "") return `https://${host.includes(":") ? `[${host}]` : host}:${port ?? 443}`;
  const message =
    "Missing server of kubernetes: this process runs in no pod, whose environment has KUBERNETES_SERVICE_HOST; pass the URL of the API server and a token";
  throw new EdgewaterError("SettingsError", message, { field: "server" });
}

async function ownFile(name: "namespace" | "token"): Promise<string> {
  try {
    return (await readTextFile(`${serviceAccount}/${name}`)).trim();
  } catch (cause) {
    const message = `Cannot read the ${name} of the service account from ${serviceAccount}/${name}; pass ${name} to kubernetes, or run the pod with automountServiceAccountToken`;
    throw new EdgewaterError("Unauthenticated", message, { field: name, cause });
  }
}

/** The token that a function returns. */
async function given(token: () => string | Promise<string>): Promise<string> {
  let value: unknown;
  try {
    value = await token();
  } catch (cause) {
    if (isEdgewaterError(cause)) throw cause;
    throw new EdgewaterError("Unauthenticated", "The function token of kubernetes has failed", { field: "token", cause });
  }
  if (typeof value === "string" && /^[\x21-\x7e]+$/.test(value)) return value;
  throw new EdgewaterError("Unauthenticated", "The function token of kubernetes has returned no token; expected a text without spaces", {
    field: "token",
  });
}
