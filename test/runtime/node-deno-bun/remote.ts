/**
 * Serves Storages in memory in this runtime and prints their URL; the argument is their token. With a URL and a number from 0 to 8 as
 * further arguments, runs a ninth of the conformance cases of Storage, those of several clients if `all` follows, and prints the failures. A server
 * ends with its standard input.
 */
import { argv, exit, stdin } from "node:process";
import { Storage } from "edgewater";
import { bearer, remote, serveStorage } from "edgewater/remote";
import { sharedStorageCases, storageCases } from "edgewater/testing";
import { serve } from "./serve.ts";

const [, , token = "", url, ninth, several] = argv;

/** A new Storage for each name in the path. */
const handlers = new Map<string, (request: Request) => Promise<Response>>();
function handle(request: Request): Promise<Response> {
  const name = new URL(request.url).pathname.split("/")[1] ?? "";
  const handler = handlers.get(name) ?? serveStorage(Storage.memory(), { authorize: bearer({ write: token }), cors: { origins: "*" } });
  handlers.set(name, handler);
  return handler(request);
}

if (url === undefined) {
  console.log(await serve(handle));
  stdin.resume().on("end", () => exit());
} else {
  const failures: string[] = [];
  let passed = 0;
  const check = async (name: string, run: () => Promise<void>): Promise<void> => {
    try {
      await run();
      passed++;
    } catch (error) {
      failures.push(`${name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  };
  const connect = (name: string): Promise<Storage> => Storage.connect(remote(`${url}/${name}`, { token }));
  for (const { name, run } of storageCases().filter((_, index) => index % 9 === Number(ninth)))
    await check(name, async () => {
      await using storage = await connect(crypto.randomUUID());
      await run(storage);
    });
  for (const { name, run } of several === "all" ? sharedStorageCases() : []) {
    const records = crypto.randomUUID();
    await check(name, () => run(() => connect(records)));
  }
  console.log(JSON.stringify({ passed, failures }));
}
