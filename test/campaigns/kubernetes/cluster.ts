import { readFileSync } from "node:fs";

/** A cluster that the environment names. */
export interface Cluster {
  readonly server: string;
  readonly token: string;
  readonly namespace: string;
}

interface Kubeconfig {
  readonly "current-context": string;
  readonly contexts: readonly {
    readonly name: string;
    readonly context: { readonly cluster: string; readonly user: string; readonly namespace?: string };
  }[];
  readonly clusters: readonly { readonly name: string; readonly cluster: { readonly server: string } }[];
  readonly users: readonly { readonly name: string; readonly user: { readonly token?: string } }[];
}

/** The cluster of the environment. `kubectl config view --raw --flatten -o json` writes a kubeconfig as JSON. */
export function clusterOfEnvironment(): Cluster {
  const { KUBERNETES_SERVER: server, KUBERNETES_TOKEN: token, KUBERNETES_NAMESPACE: namespace = "default", KUBECONFIG: file } = process.env;
  if (server !== undefined && token !== undefined) return { server, token, namespace };
  if (file === undefined) throw new Error("No cluster: set KUBERNETES_SERVER and KUBERNETES_TOKEN, or KUBECONFIG to a kubeconfig as JSON");
  const config = JSON.parse(readFileSync(file, "utf8")) as Kubeconfig;
  const context = config.contexts.find(({ name }) => name === config["current-context"])?.context;
  const cluster = config.clusters.find(({ name }) => name === context?.cluster)?.cluster;
  const user = config.users.find(({ name }) => name === context?.user)?.user;
  if (cluster === undefined || user?.token === undefined) throw new Error(`${file} has no context with a server and a token`);
  return { server: cluster.server, token: user.token, namespace: context?.namespace ?? namespace };
}
