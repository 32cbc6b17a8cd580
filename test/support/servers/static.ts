/** A web server for the files of a folder, with ranges and etags, as well as servers go, or without some of that. */

import { once } from "node:events";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { createServer, type IncomingMessage, type OutgoingHttpHeaders, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { createGzip } from "node:zlib";

export interface StaticServerOptions {
  /** Answers every range with the whole file. */
  readonly ignoresRanges?: boolean;
  /** Compresses for clients that accept it, or for all. */
  readonly compresses?: "when asked" | "always";
  /** Does not say how long a file is. */
  readonly hidesLength?: boolean;
  readonly etags?: "strong" | "weak" | "none";
  readonly refusesHead?: boolean;
  /** The Authorization that every request needs. */
  readonly authorization?: string;
  /** Redirects everything to the same path below this URL. */
  readonly redirectsTo?: string;
}

export interface StaticServer extends AsyncDisposable {
  readonly url: string;
  /** What was asked of it. */
  readonly requests: readonly IncomingMessage[];
}

export async function serveFolder(folder: string, options: StaticServerOptions = {}): Promise<StaticServer> {
  const requests: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    requests.push(request);
    answer(folder, options, request, response).catch(() => response.destroy());
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    [Symbol.asyncDispose]: async () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

async function answer(folder: string, options: StaticServerOptions, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { method, url = "/", headers } = request;
  const end = (status: number, more: OutgoingHttpHeaders = {}): void => void response.writeHead(status, more).end();
  if (options.redirectsTo !== undefined) return end(302, { location: options.redirectsTo + url });
  if (options.authorization !== undefined && headers.authorization !== options.authorization) return end(401);
  if (method !== "GET" && (method !== "HEAD" || options.refusesHead)) return end(405);
  const path = join(folder, ...url.split("/").map(decodeURIComponent).map(fileName));
  const file = await stat(path, { bigint: true }).catch(() => undefined);
  if (!file?.isFile()) return end(404);
  const size = Number(file.size);
  const etag = `${options.etags === "weak" ? "W/" : ""}"${file.ino}-${file.mtimeNs}-${size}"`;
  const base: OutgoingHttpHeaders = {
    "content-type": "application/octet-stream",
    "last-modified": file.mtime.toUTCString(),
    ...(options.etags === "none" ? {} : { etag }),
  };
  if (headers["if-none-match"] === etag && options.etags !== "none") return end(304, base);
  const wanted = options.ignoresRanges ? null : /^bytes=(\d+)-(\d*)$/.exec(headers.range ?? "");
  const start = Number(wanted?.[1] ?? 0);
  const last = Math.min(wanted?.[2] ? Number(wanted[2]) : size - 1, size - 1);
  if (wanted && start >= size) return end(416, { "content-range": `bytes */${size}` });
  const isGzip =
    options.compresses === "always" || (options.compresses === "when asked" && /gzip/.test(String(headers["accept-encoding"])));
  response.writeHead(wanted ? 206 : 200, {
    ...base,
    ...(wanted ? { "content-range": `bytes ${start}-${last}/${size}` } : {}),
    ...(isGzip ? { "content-encoding": "gzip" } : options.hidesLength ? {} : { "content-length": last + 1 - start }),
  });
  if (method === "HEAD" || size === 0) return void response.end();
  const bytes = createReadStream(path, { start, end: last });
  (isGzip ? bytes.pipe(createGzip()) : bytes).pipe(response);
}

/** Files may not have every name that a segment may have. */
export function fileName(segment: string): string {
  return encodeURIComponent(segment);
}
