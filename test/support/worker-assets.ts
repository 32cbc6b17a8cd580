/** The Worker of `examples/worker-assets`, as a client sees it. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "./servers/free-port.ts";
import { startWrangler, type WranglerServer } from "./servers/wrangler.ts";

/** The tokens of the Worker. */
export const tokens = { write: "the-token-that-may-write", read: "the-token-that-may-read" };

/** A running Worker of the example. */
export interface AssetsWorker extends AsyncDisposable {
  readonly server: WranglerServer;
  /** The port of the inspector protocol. */
  readonly inspectorPort: number;
  /** Sends a request with the token that may write, unless it has another one. */
  readonly call: (path: string, init?: RequestInit & { readonly token?: string; readonly duplex?: "half" }) => Promise<Response>;
}

/**
 * Starts the Worker.
 *
 * @param installed the folder of the installed library and the examples
 * @param maxUploadBytes the largest upload
 */
export function startAssetsWorker(installed: string, maxUploadBytes = 100_000_000): Promise<AssetsWorker> {
  return startWorker(join(installed, "examples/worker-assets/wrangler.jsonc"), {
    TOKEN: tokens.write,
    READ_TOKEN: tokens.read,
    MAX_UPLOAD_BYTES: String(maxUploadBytes),
  });
}

/** Starts a Worker that answers the same requests. */
export async function startWorker(config: string, variables: Readonly<Record<string, string>> = {}): Promise<AssetsWorker> {
  const folder = await mkdtemp(join(tmpdir(), "edgewater-assets-"));
  const inspectorPort = await freePort();
  const server = await startWrangler({ config, folder, variables, inspectorPort });
  return {
    server,
    inspectorPort,
    call: (path, { token = tokens.write, headers, ...init } = {}) =>
      fetch(`${server.url}${path}`, {
        ...init,
        headers: { ...(token !== "" && { authorization: `Bearer ${token}` }), ...headers },
      } as RequestInit),
    [Symbol.asyncDispose]: async () => {
      await server.kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
