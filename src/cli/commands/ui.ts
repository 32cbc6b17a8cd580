import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { nodeListener } from "../../http/node-listener.ts";
import { inspect } from "../../inspector/inspect.ts";
import type { Inspection } from "../../inspector/inspection.ts";
import { files } from "../../inspector/page.ts";
import { inspector } from "../../inspector/server/handler.ts";
import type { InspectorOptions } from "../../inspector/server/options.ts";
import { restrictedTo } from "../../inspector/server/restricted.ts";
import { writeReport } from "../../inspector/write-report.ts";
import type { Repository } from "../../repository/repository.ts";
import type { Command } from "../command.ts";
import { note, print, writeText } from "../host.ts";
import { count } from "../output.ts";
import { UsageError } from "../parse.ts";

/** What somebody with a terminal may do anyway. */
const allowed: InspectorOptions = {
  values: "preview",
  stacks: "own",
  actions: ["materialize", "backfill", "resume", "cancel", "end", "observe", "automate", "rollback", "export"],
};

export const uiCommand: Command = {
  about: "Serve the inspector on this machine, or write it as a folder",
  names: "",
  options: {
    port: { value: "PORT", about: "The port; a free one from 4318 on unless given" },
    "read-only": { about: "Allow no action" },
    static: { value: "FOLDER", about: "Write a report that any static host shows, and end" },
    values: { about: "With --static: previews of values too" },
  },
  examples: ["./assets.ts", "--port 8080 --read-only", "--static report --values"],
  run: async ({ given, project, signal, isJson }) => {
    const folder = given.text("static");
    if (folder === undefined && given.has("values"))
      throw new UsageError("The option --values is for --static; the served page shows values");
    const port = given.number("port", 0);
    await using repository = await project.open();
    // The repository is closed after it.
    if (folder !== undefined)
      return await writeFolder(repository, folder, { values: given.has("values") ? "preview" : "none", signal, isJson });
    const { actions = [], ...rest } = allowed;
    let told: (link: string) => void = () => {};
    const link = new Promise<string>((resolve) => {
      told = resolve;
    });
    const options: InspectorOptions = { ...rest, actions: given.has("read-only") ? [] : actions, onLink: told };
    const handler = inspector(repository, options);
    const server = createServer(nodeListener(handler));
    const address = await listening(server, port === undefined ? range(4318, 4328) : [port]);
    // The first request makes the token.
    await handler(new Request(`http://127.0.0.1:${address.port}/`));
    const url = await link;
    if (isJson) await print(JSON.stringify({ url }));
    else await print(`Inspector of ${project.module}: ${url}\nPress Ctrl+C to end it.`);
    if (files["index.html"] === undefined)
      note("The page is not built in this source tree; run npm run build. The API works without it.\n");
    await new Promise<void>((resolve) => {
      if (signal.aborted) resolve();
      signal.addEventListener("abort", () => resolve(), { once: true });
    });
    server.close();
    server.closeAllConnections();
    return 0;
  },
};

function range(from: number, to: number): readonly number[] {
  return Array.from({ length: to - from }, (_, index) => from + index);
}

/** Listens on this machine only, on the first port that is free. */
async function listening(server: ReturnType<typeof createServer>, ports: readonly number[]): Promise<AddressInfo> {
  for (const port of ports) {
    const isListening = await new Promise<boolean>((resolve, reject) => {
      const refuse = (error: NodeJS.ErrnoException): void => (error.code === "EADDRINUSE" ? resolve(false) : reject(error));
      server.once("error", refuse);
      server.listen(port, "127.0.0.1", () => {
        server.off("error", refuse);
        resolve(true);
      });
    });
    if (isListening) return server.address() as AddressInfo;
  }
  throw new UsageError(`The port ${ports.join(", ")} is in use; pass another one with --port`);
}

interface FolderOptions {
  readonly values: "none" | "preview";
  readonly signal: AbortSignal;
  readonly isJson: boolean;
}

/** Writes the page and a report beside it. */
async function writeFolder(repository: Repository, folder: string, { values, signal, isJson }: FolderOptions): Promise<0> {
  const page = files["index.html"];
  if (page === undefined) throw new UsageError("The page of the inspector is not built in this source tree; run npm run build");
  const inspection: Inspection = inspect(repository);
  const report = await writeReport(restrictedTo(inspection, { values }), { values, signal });
  await inspection.close();
  const index = page.text.replace("<head>", '<head>\n    <meta name="edgewater-report" content="report.json" />');
  const written = Object.entries({ ...files, "index.html": { ...page, text: index }, "report.json": { text: report } });
  for (const [path, { text }] of written) await writeText(`${folder}/${path}`, text);
  if (isJson) await print(JSON.stringify({ folder, files: written.length }));
  else await print(`Wrote ${count(written.length, "file")} to ${folder}; serve the folder, such as with npx serve ${folder}`);
  return 0;
}
