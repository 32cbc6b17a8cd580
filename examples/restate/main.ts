/**
 * `npm run example:restate`: starts a Restate server and a Postgres, makes a run with a service, kills the service in the middle, and
 * starts it again: the run goes on.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { components } from "../../scripts/components.ts";
import { freePort } from "../../test/support/servers/free-port.ts";
import { start as startPostgres } from "../../test/support/servers/postgres.ts";
import { startRestate } from "../../test/support/servers/restate.ts";

if (components.restate.path === undefined || components.postgres.path === undefined) {
  console.log("This example needs a Restate server and Postgres. Install them with: npm run setup");
  process.exit(1);
}

const [{ server, stop: stopRestate }, { server: database, stop: stopPostgres }] = await Promise.all([startRestate(), startPostgres()]);
const folder = await mkdtemp(join(tmpdir(), "edgewater-example-"));
const port = await freePort();
let service: ChildProcess | undefined;
try {
  await startService();
  await post(`${server.admin}/deployments`, { uri: `http://127.0.0.1:${port}` });
  console.log(`Restate runs at ${server.ingress}, its interface at ${server.admin}`);

  console.log("A run begins:");
  await post(`${server.ingress}/pipeline/2024-01-31/run/send`, null);
  await said("makes revenue");

  console.log("The service is killed, and starts again:");
  service?.kill("SIGKILL");
  await startService();

  const answer = await fetch(`${server.ingress}/restate/workflow/pipeline/2024-01-31/attach`);
  console.log("The run has ended:", await answer.json());
} finally {
  service?.kill("SIGKILL");
  await Promise.all([stopRestate(), stopPostgres()]);
  await rm(folder, { recursive: true });
}

/** Starts the service, and waits until it listens. */
async function startService(): Promise<void> {
  const { host, user, password } = database;
  const env = {
    ...process.env,
    DATABASE_URL: `postgres://${user}:${encodeURIComponent(password)}@${host}/postgres`,
    FOLDER: folder,
    PORT: String(port),
    RESTATE_LOGGING: "ERROR",
  };
  const program = join(import.meta.dirname, "service.ts");
  service = spawn(process.execPath, ["--conditions=edgewater-source", program], { env, stdio: ["ignore", "pipe", "inherit"] });
  service.stdout?.pipe(process.stdout);
  await said("listening");
}

/** Waits until the service has said something. */
async function said(text: string): Promise<void> {
  for await (const [chunk] of on(service)) if (String(chunk).includes(text)) return;
}

async function* on(child: ChildProcess | undefined): AsyncGenerator<unknown[]> {
  while (child?.stdout && child.exitCode === null) yield once(child.stdout, "data");
}

async function post(url: string, body: unknown): Promise<void> {
  const response = await fetch(url, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`Restate has answered ${response.status}: ${await response.text()}`);
}
