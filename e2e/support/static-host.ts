/** A static host as anybody has one: a folder below a prefix, without headers of its own. It can go away, and have another version. */
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join } from "node:path";

const playground = join(import.meta.dirname, "../../dist-playground");
const types: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json",
};

export interface StaticHost extends AsyncDisposable {
  readonly url: string;
  /** Replaces what files contain, by their path. */
  readonly change: (edit: (path: string, content: Buffer<ArrayBuffer>) => Buffer<ArrayBuffer>) => void;
  /** Answers nothing any more. */
  readonly goAway: () => Promise<void>;
}

/** Serves a folder, that of the built playground unless given, below `/some/folder/`. */
export async function staticHost(folder: string = playground): Promise<StaticHost> {
  let edit = (_: string, content: Buffer<ArrayBuffer>): Buffer<ArrayBuffer> => content;
  const prefix = "/some/folder/";
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url ?? "/", "http://localhost");
    const path = pathname.slice(prefix.length) || "index.html";
    try {
      if (!pathname.startsWith(prefix) || path.includes("..")) throw new Error("not here");
      const content = edit(path, await readFile(join(folder, path)));
      response.writeHead(200, { "content-type": types[extname(path)] ?? "application/octet-stream" }).end(content);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const goAway = async (): Promise<void> => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${prefix}`,
    change: (next) => {
      edit = next;
    },
    goAway,
    [Symbol.asyncDispose]: goAway,
  };
}
