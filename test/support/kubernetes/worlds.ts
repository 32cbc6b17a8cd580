/** Worlds over the contract server. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { World } from "./cases.ts";
import { type ContractOptions, ContractServer } from "./contract-server.ts";
import { Kubelet } from "./kubelet.ts";
import { Place } from "./place.ts";
import type { Programs } from "./programs.ts";

/** A world with a contract server of its own. */
export async function contractWorld(
  programs: Programs,
  options: ContractOptions = {},
): Promise<World & { readonly server: ContractServer } & AsyncDisposable> {
  const place = new Place(await mkdtemp(join(tmpdir(), "edgewater-")));
  const server = await ContractServer.start(options);
  const [token = ""] = server.tokens.keys();
  // The kubelet of a cluster has a token of its own.
  server.tokens.set("kubelet", undefined);
  const kubelet = new Kubelet({ server: server.url, token: "kubelet", namespace: "default", env: { TEST_FOLDER: place.folder } });
  return {
    place,
    server,
    kubelet,
    programs,
    options: { server: server.url, namespace: "default", token, image: "none", command: [process.execPath, programs.pod] },
    [Symbol.asyncDispose]: async () => {
      await kubelet[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
      await rm(place.folder, { recursive: true, force: true });
    },
  };
}
