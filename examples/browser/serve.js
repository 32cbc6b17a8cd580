/** Serves this folder, and the packages that the import map names. Any other static server does it too. */
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { dirname, extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";

const types = { ".html": "text/html; charset=utf-8", ".js": "text/javascript", ".mjs": "text/javascript" };

/** Where the packages are: here, or in a folder above. */
const modules = dirname(dirname(fileURLToPath(import.meta.resolve("edgewater/package.json"))));

const server = createServer(async ({ url = "/" }, response) => {
  const path = normalize(`/${url.replace(/[?#].*$/, "")}`);
  const inModules = path.startsWith("/node_modules/") && join(modules, path.slice("/node_modules/".length));
  const file = inModules || join(import.meta.dirname, path === "/" ? "index.html" : path);
  const body = await readFile(file).catch(() => undefined);
  response.writeHead(body ? 200 : 404, { "content-type": types[extname(file)] ?? "text/plain" }).end(body);
});
server.listen(Number(process.env.PORT ?? 8080), "127.0.0.1", () => console.log(`http://127.0.0.1:${server.address().port}`));
