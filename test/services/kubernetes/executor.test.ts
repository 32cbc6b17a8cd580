/** The executor suite over a contract server of Kubernetes, whose pods are processes. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { kubernetes } from "edgewater/kubernetes";
import { executorCases } from "edgewater/testing";
import { afterAll, describe, it } from "vitest";
import { breadth } from "../../support/breadth.ts";
import { ContractServer } from "../../support/kubernetes/contract-server.ts";
import { Kubelet } from "../../support/kubernetes/kubelet.ts";
import { Place } from "../../support/kubernetes/place.ts";
import { bundlePrograms } from "../../support/kubernetes/programs.ts";

describe("kubernetes() over a contract server", async () => {
  const programs = await bundlePrograms();
  const place = new Place(await mkdtemp(join(tmpdir(), "edgewater-")));
  const server = await ContractServer.start();
  const env = { TEST_FOLDER: place.folder, TEST_REPOSITORY: "suite" };
  const kubelet = new Kubelet({ server: server.url, token: "test-token", namespace: "default", env });
  const storage = await place.storage();
  const executor = kubernetes({
    server: server.url,
    token: "test-token",
    image: "none",
    command: [process.execPath, programs.pod],
    maxConcurrency: 4,
  });
  afterAll(async () => {
    await kubelet[Symbol.asyncDispose]();
    await server[Symbol.asyncDispose]();
    await storage.close();
    await programs[Symbol.asyncDispose]();
    await rm(place.folder, { recursive: true });
  });

  for (const { name, run } of executorCases("workers")) {
    // Forty pods are forty processes.
    const tags = name.startsWith("runs forty steps") ? [breadth] : [];
    it(name, { tags }, () => run({ storage, store: place.store(), executor }));
  }
});
