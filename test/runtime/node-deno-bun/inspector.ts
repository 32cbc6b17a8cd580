/**
 * Serves inspectors of a repository full of secrets in this runtime and prints their URL: below `open/` everybody may look, below
 * `named/` they see values and their own stacks, below `token/` nobody gets in. `cases` runs the conformance cases of Inspection in
 * this runtime, as a client of its own server, and answers with the failures. Ends with its standard input.
 */
import { exit, stdin } from "node:process";
import { connectInspection, inspector } from "edgewater/inspector";
import { inspectionCases } from "edgewater/testing";
import { canaryRepository } from "../../support/inspection/canary.ts";
import { everything } from "../../support/inspection/everything.ts";
import { serve } from "./serve.ts";

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

const url = await serve(handle);
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
