/** Serves Storages in memory, a new one for each name in the path, to the tests of browsers and Workers. */
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Storage } from "edgewater";
import { bearer, nodeListener, serveStorage } from "edgewater/remote";
import type { TestProject } from "vitest/node";

/** A server of Storages. */
export interface RemoteServer {
  /** URL of the Storages, which their names are below. */
  readonly url: string;
  readonly token: string;
}

declare module "vitest" {
  interface ProvidedContext {
    remote: RemoteServer;
  }
}

/** Starts a server. Pages of every origin may ask it. */
export async function start(): Promise<{ readonly server: RemoteServer; readonly stop: () => Promise<void> }> {
  const token = "test-token-of-remote-records";
  const handlers = new Map<string, (request: Request) => Promise<Response>>();
  const handle = (request: Request): Promise<Response> => {
    const name = new URL(request.url).pathname.split("/")[1] ?? "";
    const known = handlers.get(name) ?? serveStorage(Storage.memory(), { authorize: bearer({ write: token }), cors: { origins: "*" } });
    handlers.set(name, known);
    return known(request);
  };
  const server = createServer(nodeListener(handle));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const stop = async (): Promise<void> => {
    server.closeAllConnections();
    server.close();
  };
  return { server: { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, token }, stop };
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { server, stop } = await start();
  project.provide("remote", server);
  return stop;
}
