/** The page, and the folder of the demo below `/lake`: its files with ranges, and a list of their keys as JSON. */
import { createReadStream } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { join, relative, resolve, sep } from "node:path";
import { defaultClientConditions, defineConfig, type Plugin } from "vite";
import { sources } from "../../scripts/exports.ts";

const lake = resolve(process.env["EDGEWATER_LAKE"] ?? join(import.meta.dirname, "../../.edgewater/lake"));

const servesLake: Plugin = {
  name: "lake",
  configureServer: ({ middlewares }) => {
    middlewares.use("/lake", (request, response) => {
      answer(request, response).catch(() => response.writeHead(404).end());
    });
  },
};

async function answer({ url = "/", headers, method }: IncomingMessage, response: ServerResponse): Promise<void> {
  const { pathname, searchParams } = new URL(url, "http://lake");
  const prefix = searchParams.get("prefix");
  if (prefix !== null) {
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(await keysBelow(prefix)));
    return;
  }
  const path = resolve(lake, `.${decodeURIComponent(pathname)}`);
  if (!path.startsWith(lake + sep)) throw new Error("outside the folder");
  const { size, mtimeMs } = await stat(path);
  const [, from = "", to = ""] = /^bytes=(\d*)-(\d*)$/.exec(headers.range ?? "") ?? [];
  const start = from === "" && to !== "" ? Math.max(size - Number(to), 0) : Number(from);
  const end = Math.min(from === "" || to === "" ? size - 1 : Number(to), size - 1);
  const range = headers.range === undefined ? {} : { "content-range": `bytes ${start}-${end}/${size}` };
  response.writeHead(headers.range === undefined ? 200 : 206, {
    "accept-ranges": "bytes",
    "cache-control": "no-store",
    "content-length": end - start + 1,
    "content-type": "application/octet-stream",
    etag: `"${size}-${Math.round(mtimeMs)}"`,
    ...range,
  });
  if (method === "HEAD") response.end();
  else createReadStream(path, { start, end }).pipe(response);
}

async function keysBelow(prefix: string): Promise<readonly object[]> {
  const entries = await readdir(lake, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const keyed = paths.map((path) => ({ path, key: relative(lake, path).split(sep).join("/") }));
  const folder = prefix === "" || prefix.endsWith("/") ? prefix : `${prefix}/`;
  const found = keyed.filter(({ key }) => key.startsWith(folder)).sort((left, right) => (left.key < right.key ? -1 : 1));
  return Promise.all(
    found.map(async ({ path, key }) => ({ key, size: (await stat(path)).size, lastModified: (await stat(path)).mtimeMs })),
  );
}

export default defineConfig({
  root: join(import.meta.dirname, "page"),
  plugins: [servesLake],
  resolve: {
    alias: Object.entries(sources).map(([name, replacement]) => ({ find: new RegExp(`^${name}$`), replacement })),
    conditions: ["edgewater-source", ...defaultClientConditions],
  },
});
