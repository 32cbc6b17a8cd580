/** Local servers for all runtimes of the matrix, and a folder for those with a file system. */
import { once } from "node:events";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { buffer } from "node:stream/consumers";
import type { TestProject } from "vitest/node";
import { startGCSContractServer } from "../../support/servers/gcs-contract-server.ts";
import { fileName, serveFolder } from "../../support/servers/static.ts";

declare module "vitest" {
  interface ProvidedContext {
    matrix: {
      readonly folder: string;
      readonly gcs: { readonly endpoint: string; readonly bucket: string; readonly accessToken: string };
      /** Accepts files by PUT. */
      readonly web: { readonly url: string };
    };
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), "edgewater-matrix-"));
  const served = join(folder, "served");
  const gcs = await startGCSContractServer();
  const files = await serveFolder(served);
  const gate = await openToBrowsers(gcs.endpoint);
  const web = await openToBrowsers(files.url, async (path, bytes) => {
    const file = join(served, ...path.split("/").filter(Boolean).map(decodeURIComponent).map(fileName));
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, bytes);
  });
  project.provide("matrix", {
    folder,
    gcs: { endpoint: gate.url, bucket: gcs.bucket, accessToken: gcs.accessToken },
    web: { url: web.url },
  });
  return async () => {
    for (const server of [gate, web, gcs, files]) await server[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  };
}

/** A proxy that adds CORS headers which allow every origin, header and method. */
async function openToBrowsers(
  target: string,
  put?: (path: string, bytes: Uint8Array) => Promise<void>,
): Promise<AsyncDisposable & { readonly url: string }> {
  const allowed = {
    "access-control-allow-origin": "*",
    "access-control-allow-methods": "*",
    "access-control-allow-headers": "*, authorization",
    "access-control-expose-headers": "*",
    "access-control-max-age": "600",
  };
  const answer = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { method, url = "/", headers } = incoming;
    if (method === "OPTIONS") return void response.writeHead(204, allowed).end();
    if (method === "PUT" && put !== undefined) {
      await put(url, await buffer(incoming));
      return void response.writeHead(204, allowed).end();
    }
    const outgoing = request(target + url, { method: method ?? "GET", headers: { ...headers, host: new URL(target).host } });
    incoming.pipe(outgoing);
    const [inner] = (await once(outgoing, "response")) as [IncomingMessage];
    const { location } = inner.headers;
    const here = location === undefined ? {} : { location: location.replace(target, `http://${headers.host}`) };
    response.writeHead(inner.statusCode ?? 502, { ...inner.headers, ...here, ...allowed });
    inner.pipe(response);
  };
  const server = createServer((incoming, response) => {
    answer(incoming, response).catch(() => response.destroy());
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: async () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
