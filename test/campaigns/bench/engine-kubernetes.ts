import { kubernetes } from "edgewater/kubernetes";
import { bundle } from "../../support/bundle.ts";
import { ContractServer } from "../../support/kubernetes/contract-server.ts";
import { Kubelet } from "../../support/kubernetes/kubelet.ts";
import { type EnginePlace, type EngineRun, selection } from "./engine-run.ts";

/** Starts a contract server, whose pods are processes of this machine. */
export async function kubernetesRun(_: string, place: EnginePlace): Promise<EngineRun> {
  const programs = await bundle(import.meta.dirname, ["engine-kubernetes-pod"]);
  const server = await ContractServer.start();
  server.tokens.set("kubelet", undefined);
  const env = { BENCH_PLACE: JSON.stringify(place) };
  const kubelet = new Kubelet({ server: server.url, token: "kubelet", namespace: "default", env });
  const [token = ""] = server.tokens.keys();
  const command = [process.execPath, programs.fileOf("engine-kubernetes-pod")];
  const executor = kubernetes({ server: server.url, namespace: "default", token, image: "none", command, maxConcurrency: 4 });
  return {
    make: async (repository, runId) => void (await repository.materialize({ runId, selection, executor })),
    [Symbol.asyncDispose]: async () => {
      await kubelet[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
      await programs[Symbol.asyncDispose]();
    },
  };
}
