/**
 * Serves inspectors of a repository full of secrets in this runtime and prints their URL: below `open/` everybody may look, below
 * `named/` they see values and their own stacks, below `token/` nobody gets in. `cases` runs the conformance cases of Inspection in
 * this runtime, as a client of its own server, and answers with the failures. Ends with its standard input.
 */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { exit, stdin } from "node:process";
import { connectInspection, inspector, nodeListener } from "edgewater/inspector";
import { inspectionCases } from "edgewater/testing";
import { canaryRepository } from "../../support/inspection/canary.ts";
import { everything } from "../../support/inspection/everything.ts";

const repository = await canaryRepository();
const redact = (value: Readonly<Record<string, unknown>>, { key }: { readonly key: string }) => (key === "secret" ? undefined : value);
const authorize = (): boolean => true;
const handlers: Record<string, (request: Request) => Promise<Response>> = {
  open: inspector(repository, { authorize, redact }),
  named: inspector(repository, { authorize, redact, values: "preview", stacks: "own", actions: ["materialize"] }),
  token: inspector(repository, { onLink: () => {} }),
  cases: async () => Response.json(await failures()),
};

function handle(request: Request): Promise<Response> {
  const handler = handlers[new URL(request.url).pathname.split("/")[1] ?? ""];
  return handler === undefined ? Promise.resolve(new Response(null, { status: 404 })) : handler(request);
}

interface Runtimes {
  readonly Deno?: { serve(options: object, handler: typeof handle): { readonly addr: { readonly port: number } } };
  readonly Bun?: { serve(options: object): { readonly port: number } };
}

function serve(): Promise<number> {
  const { Deno, Bun } = globalThis as Runtimes;
  const where = { hostname: "127.0.0.1", port: 0 };
  if (Deno) return Promise.resolve(Deno.serve({ ...where, onListen: () => {} }, handle).addr.port);
  // Streams are silent for longer than Bun waits unless it is told.
  if (Bun) return Promise.resolve(Bun.serve({ ...where, idleTimeout: 255, fetch: handle }).port);
  const server = createServer(nodeListener(handle));
  return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve((server.address() as AddressInfo).port)));
}

const url = `http://127.0.0.1:${await serve()}`;
console.log(url);
stdin.resume().on("end", () => exit());

/** Runs the conformance cases, each with a mount of its own. */
async function failures(): Promise<readonly string[]> {
  const found: string[] = [];
  for (const { name, run } of inspectionCases()) {
    try {
      await run({
        open: (opened) => {
          const mount = crypto.randomUUID();
          handlers[mount] = inspector(opened, everything);
          return connectInspection(`${url}/${mount}/`);
        },
      });
    } catch (error) {
      found.push(`${name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return found;
}
