/**
 * `npm run kubernetes`: the cases of steps in Jobs against the API server that the environment names: `KUBERNETES_SERVER`,
 * `KUBERNETES_TOKEN` and `KUBERNETES_NAMESPACE` (`default` unless given), or the file that `KUBECONFIG` names, as JSON with a token. Its
 * certificate must be trusted (`NODE_EXTRA_CA_CERTS`). The server needs no nodes: pods become processes of this machine, so use a
 * namespace in which nothing else runs.
 *
 * `npm run kubernetes -- <where> <kills> <seed>`: kills pods, orchestrators and Jobs at random moments, over the server (`real`) or a
 * contract server (`contract`), 100 unless given.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { kubernetesCases, type World } from "../../support/kubernetes/cases.ts";
import { Kubelet } from "../../support/kubernetes/kubelet.ts";
import { Place } from "../../support/kubernetes/place.ts";
import { bundlePrograms, type Programs } from "../../support/kubernetes/programs.ts";
import { contractWorld } from "../../support/kubernetes/worlds.ts";
import { randomOf } from "../../support/random.ts";
import { type Cluster, clusterOfEnvironment } from "./cluster.ts";
import { killSome } from "./kills.ts";

/** The longest time of a case, in milliseconds. */
const longestMs = 120_000;

async function realWorld(programs: Programs, { server, token, namespace }: Cluster): Promise<World & AsyncDisposable> {
  const place = new Place(await mkdtemp(join(tmpdir(), "edgewater-")));
  const kubelet = new Kubelet({ server, token, namespace, env: { TEST_FOLDER: place.folder } });
  return {
    place,
    kubelet,
    programs,
    options: { server, token, namespace, image: "none", command: [process.execPath, programs.pod] },
    [Symbol.asyncDispose]: async () => {
      await kubelet[Symbol.asyncDispose]();
      await rm(place.folder, { recursive: true, force: true });
    },
  };
}

const [where = "cases", kills = "100", seed = `${Date.now() % 1e6}`] = process.argv.slice(2);
await using programs = await bundlePrograms();
const open = (): Promise<World & AsyncDisposable> =>
  where === "contract" ? contractWorld(programs) : realWorld(programs, clusterOfEnvironment());
let problems = 0;
if (where === "cases") {
  for (const { name, run } of kubernetesCases) {
    await using world = await open();
    const begin = performance.now();
    try {
      const late = new Promise<never>((_, reject) => setTimeout(() => reject(new Error("it takes too long")), longestMs).unref());
      await Promise.race([run(world), late]);
      console.log(`passed in ${Math.round(performance.now() - begin)} ms: ${name}`);
    } catch (error) {
      problems++;
      console.log(`FAILED: ${name}`, error);
    }
  }
} else {
  console.log(`seed ${seed}`);
  await using world = await open();
  const found = await killSome(world, Number(kills), randomOf(Number(seed)));
  problems = found.problems.length;
  console.log(found.problems.join("\n"));
  console.log(`${found.kills} kills in ${found.runs} runs (${JSON.stringify(found.by)}), ${problems} problems`);
}
process.exitCode = problems === 0 ? 0 : 1;
