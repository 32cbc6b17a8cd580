/** The core of the suite, over the packed library: the projects `core in …` of `vite.config.ts`, and one for Node, Deno and Bun. */
import { join } from "node:path";
import { defineConfig, type TestProjectConfiguration } from "vitest/config";
import base from "../../../vite.config.ts";
import { packedLibrary } from "./packed.ts";

type Inline = Exclude<TestProjectConfiguration, string | Promise<unknown> | ((...args: never[]) => unknown)>;

const given = (base.test?.projects ?? []) as Inline[];
const inWorkerd = given.filter(({ test }) => /(?:core in|built-ins of) workerd/.test(String(test?.name)));
const include = inWorkerd.flatMap(({ test }) => test?.include ?? []);
const node20 = join(import.meta.dirname, "../../support/node20.ts");
/** Older engines lack some of the syntax of the tests; the package has none of it. */
const oxc = { target: "es2022" };

const projects = given.flatMap((project): Inline[] => {
  const { test } = project;
  const name = String(test?.name);
  if (name === "node") return [{ ...project, oxc, test: { ...test, include, exclude: [], setupFiles: [node20] } } as Inline];
  if (/^core in (?:chromium|firefox|workerd)$/.test(name)) return [{ ...project, test: { ...test, include } } as Inline];
  const webkit = test?.browser?.instances?.find((instance) => instance.name === "core in webkit");
  if (webkit === undefined) return [];
  return [
    {
      ...project,
      test: { ...test, include, globalSetup: [], browser: { ...test?.browser, instances: [{ ...webkit, include }] } },
    } as Inline,
  ];
});

export default defineConfig({
  ...base,
  root: join(import.meta.dirname, "../../.."),
  plugins: [packedLibrary()],
  resolve: {},
  ssr: {},
  test: { ...base.test, setupFiles: [join(import.meta.dirname, "../../support/fixed-seed.ts")], projects },
});
