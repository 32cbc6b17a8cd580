/** The projects of `vite.config.ts`, one for each runtime, with the tests and the servers of the matrix. */
import { join } from "node:path";
import { defineConfig, type TestProjectConfiguration } from "vitest/config";
import base from "../../../vite.config.ts";
import { packedLibrary } from "./packed.ts";

const servers = ["../../support/servers/ceph.ts", "../../support/servers/azurite.ts", "../../support/servers/redis.ts", "servers.ts"];
const globalSetup = servers.map((file) => join(import.meta.dirname, file));
const include = ["test/campaigns/matrix/*.test.ts"];

type Inline = Exclude<TestProjectConfiguration, string | Promise<unknown> | ((...args: never[]) => unknown)>;

const projects = ((base.test?.projects ?? []) as Inline[]).flatMap((project) => {
  const { test } = project;

  const webkit = test?.browser?.instances?.find(({ name }) => name === "webkit");
  const name = webkit ? "webkit" : test?.name;
  if (!["node", "chromium", "firefox", "webkit", "workerd"].includes(String(name))) return [];
  const own = webkit ? { browser: { ...test?.browser, instances: [webkit] } } : {};
  const profile = [test?.globalSetup ?? []].flat().filter((file) => file.includes("profile"));
  return [{ ...project, test: { ...test, ...own, include, exclude: [], globalSetup: [...globalSetup, ...profile] } } as Inline];
});

export default defineConfig({
  ...base,
  root: join(import.meta.dirname, "../../.."),
  plugins: [packedLibrary()],
  resolve: {},
  ssr: {},
  test: { ...base.test, projects },
});
