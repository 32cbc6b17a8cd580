/** Pages for browsers that a test starts itself: built with Vite, served on 127.0.0.1, with calls back to the test. */
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { build, defaultClientConditions } from "vite";
import { sources } from "../../../scripts/exports.ts";

export interface Pages extends AsyncDisposable {
  /** Without a slash at its end. */
  readonly url: string;
}

const types: Readonly<Record<string, string>> = { ".html": "text/html; charset=utf-8", ".js": "text/javascript" };

const latencyMs = 50;

export interface PagesOptions {
  /** Answers what a page posts as JSON. */
  readonly answer?: (path: string, posted: unknown) => unknown;
  /** Minifies the scripts and serves everything gzipped and some milliseconds late, as an application is deployed. */
  readonly isProduction?: boolean;
}

/** @param root folder of the `index.html` */
export async function servePages(root: string, { answer = () => null, isProduction = false }: PagesOptions = {}): Promise<Pages> {
  const outDir = await mkdtemp(join(tmpdir(), "edgewater-pages-"));
  const alias = Object.entries(sources).map(([name, replacement]) => ({ find: new RegExp(`^${name}$`), replacement }));
  const options = { outDir, emptyOutDir: true, target: "es2024", minify: isProduction, chunkSizeWarningLimit: 5000 };
  const resolve = { alias, conditions: ["edgewater-source", ...defaultClientConditions] };
  await build({ root, configFile: false, logLevel: "error", resolve, build: options, worker: { format: "es" } });
  const server = createServer(async (request, response) => {
    const path = new URL(request.url ?? "/", "http://localhost").pathname;
    try {
      const isPost = request.method === "POST";
      const file = path === "/" ? "/index.html" : path;
      const content = isPost ? JSON.stringify(await answer(path, JSON.parse(await text(request)))) : await readFile(join(outDir, file));
      const headers = { "content-type": isPost ? "application/json" : (types[extname(file)] ?? "") };
      if (isProduction) await setTimeout(latencyMs);
      if (isProduction) response.writeHead(200, { ...headers, "content-encoding": "gzip" }).end(gzipSync(content, { level: 9 }));
      else response.writeHead(200, headers).end(content);
    } catch {
      response.writeHead(404).end();
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await rm(outDir, { recursive: true });
    },
  };
}
