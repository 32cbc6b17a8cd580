/** What the build of the playground adds to Vite's. */
import { createHash } from "node:crypto";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { build, type InlineConfig, type Plugin, type Rolldown } from "vite";
import { functionsOf } from "./functions.ts";
import { headers, isSyntaxWorker, metaPolicy, syntaxWorkerHeaders } from "./policy.ts";

const folder = join(import.meta.dirname, "..");
const pipelines = ["pipeline.ts", "monitoring.ts"].map((file) => join(folder, "../examples/earthquakes", file));

/** `virtual:functions`: the functions of the pipeline as text. `virtual:runtime`: what comes before them in their worker, as one script. */
export function editableFunctions(resolve: NonNullable<InlineConfig["resolve"]>): Plugin {
  const modules: Readonly<Record<string, () => Promise<unknown>>> = {
    "virtual:functions": () => functionsOf(pipelines),
    "virtual:runtime": () => scriptOf(join(folder, "sandbox/runtime.ts"), { resolve }),
  };
  return {
    name: "edgewater:editable-functions",
    resolveId: (id) => (id in modules ? `\0${id}` : undefined),
    load: async (id) => {
      const content = id.startsWith("\0") ? await modules[id.slice(1)]?.() : undefined;
      return content === undefined ? undefined : `export const ${id.replace(/^.*:/, "")} = ${JSON.stringify(content)};`;
    },
  };
}

/** The policy in the built page, and the headers that the preview sends. */
export function contentPolicy(): Plugin {
  return {
    name: "edgewater:content-policy",
    transformIndexHtml: {
      order: "post",
      handler: (_, { server }) =>
        server === undefined
          ? [{ tag: "meta", attrs: { "http-equiv": "Content-Security-Policy", content: metaPolicy }, injectTo: "head-prepend" }]
          : [],
    },
    configurePreviewServer: ({ middlewares }) => {
      middlewares.use((request, response, next) => {
        const sent = isSyntaxWorker(new URL(request.url ?? "/", "http://localhost").pathname) ? syntaxWorkerHeaders : headers;
        for (const [name, value] of Object.entries(sent)) response.setHeader(name, value);
        next();
      });
    },
  };
}

/** The service worker, with the digests of all files that the build has written. */
export function offline(): Plugin {
  let outDir = "";
  return {
    name: "edgewater:offline",
    apply: "build",
    configResolved: (config) => {
      outDir = join(config.root, config.build.outDir);
    },
    writeBundle: {
      order: "post",
      sequential: true,
      handler: async () => {
        const files = await digestsOf(outDir);
        const version = createHash("sha256").update(JSON.stringify(files)).digest("hex").slice(0, 12);
        const define = { PRECACHE: JSON.stringify({ version, files }) };
        await writeFile(join(outDir, "service-worker.js"), await scriptOf(join(folder, "offline/service-worker.ts"), { define }));
      },
    },
  };
}

/** The SHA-256 of every file below a folder, by its path with slashes, sorted. */
async function digestsOf(root: string): Promise<Readonly<Record<string, string>>> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const digests = paths.map(async (path) => {
    const name = relative(root, path).split(sep).join("/");
    return [
      name,
      createHash("sha256")
        .update(await readFile(path))
        .digest("base64"),
    ] as const;
  });
  return Object.fromEntries((await Promise.all(digests)).sort(([left], [right]) => (left < right ? -1 : 1)));
}

/** A module and all that it imports as one script. */
async function scriptOf(entry: string, config: InlineConfig): Promise<string> {
  const built = (await build({
    ...config,
    configFile: false,
    logLevel: "warn",
    build: {
      write: false,
      target: "es2022",
      rolldownOptions: { input: entry, output: { format: "iife", codeSplitting: false } },
    },
  })) as Rolldown.RolldownOutput;
  return built.output[0].code;
}
