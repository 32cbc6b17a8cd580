/** A fetch handler behind a server of the runtime that this runs on: Node, Deno or Bun. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { nodeListener } from "edgewater/remote";

type Handler = (request: Request) => Promise<Response>;

interface Runtimes {
  readonly Deno?: { serve(options: object, handler: Handler): { readonly addr: { readonly port: number } } };
  readonly Bun?: { serve(options: object): { readonly port: number } };
}

/** Serves on a free port of this machine, until the process ends. Returns the URL, without a slash at its end. */
export async function serve(handler: Handler): Promise<string> {
  return `http://127.0.0.1:${await portOf(handler)}`;
}

function portOf(handler: Handler): number | Promise<number> {
  const { Deno, Bun } = globalThis as Runtimes;
  const where = { hostname: "127.0.0.1", port: 0 };
  if (Deno) return Deno.serve({ ...where, onListen: () => {} }, handler).addr.port;
  // Streams are silent for longer than Bun waits unless it is told.
  if (Bun) return Bun.serve({ ...where, idleTimeout: 255, fetch: handler }).port;
  const server = createServer(nodeListener(handler));
  return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve((server.address() as AddressInfo).port)));
}
