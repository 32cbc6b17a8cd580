/** What steps in Jobs do when something fails, over a contract server. The same cases run against a real one: `npm run kubernetes`. */
import { afterAll, beforeAll, describe, it } from "vitest";
import { kubernetesCases } from "../../support/kubernetes/cases.ts";
import { bundlePrograms, type Programs } from "../../support/kubernetes/programs.ts";
import { contractWorld } from "../../support/kubernetes/worlds.ts";

let programs: Programs;
beforeAll(async () => {
  programs = await bundlePrograms();
});
afterAll(() => programs[Symbol.asyncDispose]());

describe("kubernetes() over a contract server", () => {
  it.each(kubernetesCases)("$name", async ({ run }) => {
    await using world = await contractWorld(programs);
    await run(world);
  });
});
