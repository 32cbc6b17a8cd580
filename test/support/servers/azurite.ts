/** Starts Azurite, Microsoft's emulator of Azure, once for all projects of a Vitest run, and provides its address to each. */
import { spawn } from "node:child_process";
import { createHmac, randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { TestProject } from "vitest/node";
import { components } from "../../../scripts/components.ts";

/** Address and credentials of an Azurite. */
export interface AzureServer {
  /** URL of the account. */
  readonly endpoint: string;
  readonly account: string;
  readonly accountKey: string;
}

/** The container of one project. */
export interface AzureContainer extends AzureServer {
  readonly container: string;
}

declare module "vitest" {
  interface ProvidedContext {
    azure: AzureContainer;
  }
}

interface Running {
  readonly server: AzureServer;
  readonly stop: () => Promise<void>;
}

/** Each project loads its own copy of this file, so they share the server by this global. */
const shared = globalThis as { edgewaterAzurite?: { running: Promise<Running>; users: number } | undefined };

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  shared.edgewaterAzurite ??= { running: start(), users: 0 };
  const { edgewaterAzurite } = shared;
  edgewaterAzurite.users++;
  const { server, stop } = await edgewaterAzurite.running;
  const container = `edgewater-${project.name || "root"}`;
  await createContainer(server, container);
  project.provide("azure", { ...server, container });
  return async () => {
    if (--edgewaterAzurite.users > 0) return;
    shared.edgewaterAzurite = undefined;
    await stop();
  };
}

/** Starts a server whose CORS rules expose the headers that the store reads. */
export async function start(): Promise<Running> {
  const folder = await mkdtemp(join(tmpdir(), "edgewater-azurite-"));
  const account = "edgewater";
  const accountKey = randomBytes(64).toString("base64");
  const args = ["--inMemoryPersistence", "--disableTelemetry", "--silent", "--blobPort", "0"];
  const server = spawn(process.execPath, [components.azurite.path ?? "", ...args], {
    cwd: folder,
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, AZURITE_ACCOUNTS: `${account}:${accountKey}` },
  });
  const exited = once(server, "exit");
  let origin: string | undefined;
  for await (const line of createInterface(server.stdout)) {
    origin = /successfully listen\w* (?:at|on) (http:\S+)/.exec(line)?.[1];
    if (origin !== undefined) break;
  }
  if (origin === undefined) throw new Error("Azurite did not start");
  server.stdout.resume();
  const running = { endpoint: `${origin}/${account}`, account, accountKey };
  await request(running, "PUT", "", { restype: "service", comp: "properties" }, corsRules);
  const stop = async (): Promise<void> => {
    server.kill();
    await exited;
    await rm(folder, { recursive: true, force: true });
  };
  return { server: running, stop };
}

/** Creates a container. */
export async function createContainer(server: AzureServer, name: string): Promise<void> {
  await request(server, "PUT", `/${name}`, { restype: "container" });
}

const exposed = "ETag,Content-Range,Date,x-ms-error-code,x-ms-copy-id,x-ms-copy-status,x-ms-meta-*";
const rule = `<AllowedOrigins>*</AllowedOrigins><AllowedMethods>GET,HEAD,PUT,DELETE,OPTIONS</AllowedMethods><AllowedHeaders>*</AllowedHeaders><ExposedHeaders>${exposed}</ExposedHeaders><MaxAgeInSeconds>600</MaxAgeInSeconds>`;
const corsRules = `<?xml version="1.0" encoding="utf-8"?><StorageServiceProperties><Cors><CorsRule>${rule}</CorsRule></Cors></StorageServiceProperties>`;

/** Sends one request, signed independently of the code under test. */
async function request(
  { endpoint, account, accountKey }: AzureServer,
  method: string,
  path: string,
  query: Readonly<Record<string, string>>,
  body = "",
): Promise<void> {
  const headers = { "x-ms-date": new Date().toUTCString(), "x-ms-version": "2021-12-02" };
  const url = new URL(`${endpoint}${path || "/"}?${new URLSearchParams(query)}`);
  const parameters = Object.entries(query)
    .sort()
    .map(([name, value]) => `\n${name}:${value}`);
  const text = [
    method,
    ...["", "", body.length || "", "", body ? "application/xml" : "", "", "", "", "", "", ""],
    ...Object.entries(headers).map(([name, value]) => `${name}:${value}`),
    `/${account}${url.pathname}${parameters.join("")}`,
  ].join("\n");
  const signature = createHmac("sha256", Buffer.from(accountKey, "base64")).update(text).digest("base64");
  const response = await fetch(url, {
    method,
    headers: { ...headers, ...(body ? { "content-type": "application/xml" } : {}), authorization: `SharedKey ${account}:${signature}` },
    ...(body ? { body } : {}),
  });
  if (!response.ok) throw new Error(`Azurite answers ${response.status} to ${method} ${path}: ${await response.text()}`);
}
