/** An inspector that Node, Deno and Bun serve: what it keeps to itself, whom it refuses, and its streams. */
import { request } from "node:http";
import { connectInspection } from "edgewater/inspector";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { components } from "../../../scripts/components.ts";
import { leaks, walk } from "../../support/inspection/canary.ts";
import { start } from "../../support/servers/remote.ts";

const program = "test/runtime/node-deno-bun/inspector.ts";

const condition = "--conditions=edgewater-source";
const runtimes = [
  { name: "Node", path: process.execPath, args: [condition] },
  { name: "Deno", path: components.deno.path, args: ["run", "--quiet", "-A", condition] },
  { name: "Bun", path: components.bun.path, args: ["run", condition] },
];

describe.each(runtimes)("an inspector that $name serves", ({ path, args }) => {
  let url = "";
  let stop = async (): Promise<void> => {};
  beforeAll(async () => {
    if (path === undefined) return;
    const started = await start(path, args, program);
    url = started.server.url;
    stop = started.stop;
  });
  afterAll(() => stop());

  const sendTo =
    (mount: string) =>
    (below: string, init?: RequestInit): Promise<Response> =>
      fetch(`${url}/${mount}/${below}`, init);

  it.skipIf(path === undefined)("passes the conformance cases through its own client", async () => {
    expect(await (await sendTo("cases")("")).json()).toEqual([]);
  });

  it.skipIf(path === undefined)("tells no secret on any route", async () => {
    const answers = await walk(sendTo("open"));
    expect(answers.size).toBeGreaterThan(30);
    expect(leaks(answers)).toEqual([]);
  });

  it.skipIf(path === undefined)("tells what is named, and nothing else", async () => {
    const answers = await walk(sendTo("named"));
    const told = new Set(leaks(answers).map((leak) => leak.split(": ")[1]));
    expect([...told].sort()).toEqual(["stack", "value"]);
    // Stacks are without folders.
    expect([...answers.values()].filter(({ text }) => /support\/inspection/.test(text))).toEqual([]);
  });

  it.skipIf(path === undefined)("lets nobody in without the token", async () => {
    for (const [below, answer] of await walk(async (below, init) => {
      const response = await sendTo("token")(below, init);
      // The walk needs a snapshot to go on.
      if (below !== "api/snapshot") return response;
      expect(response.status).toBe(401);
      return Response.json({ nodes: [{ name: "secret/one" }] });
    }).catch(() => new Map())) {
      expect([below, answer.status]).toEqual([below, below === "" || below.startsWith("ui/") ? 501 : below === "api/nothing" ? 404 : 401]);
    }
  });

  it.skipIf(path === undefined)("refuses other hosts and other sites", async () => {
    const snapshot = "/token/api/snapshot";
    expect(await raw(url, "GET", snapshot, { host: "evil.example" })).toBe(403);
    expect(await raw(url, "GET", snapshot, { host: "127.0.0.1.evil.example:80" })).toBe(403);
    expect(await raw(url, "GET", "/open/api/../../token/api/snapshot", { host: "evil.example" })).toBe(403);
    expect(await raw(url, "GET", "/open/api/assets/%2e%2e/%2e%2e/%2e%2e/etc/passwd", {})).toBe(404);
    expect(await raw(url, "GET", "/open/ui/..%2f..%2fpackage.json", {})).toBe(404);
    const json = { "content-type": "application/json" };
    const body = '{"type":"materialize","selection":["user"]}';
    const plan = (headers: Record<string, string>, sent = body) => raw(url, "POST", "/named/api/plan", headers, sent);
    expect(await plan({ ...json, "sec-fetch-site": "cross-site" })).toBe(403);
    expect(await plan({ ...json, origin: "null" })).toBe(403);
    expect(await plan({ ...json, origin: "http://evil.example" })).toBe(403);
    expect(await plan({ ...json })).toBe(403);
    expect(await plan({ "content-type": "text/plain", "sec-fetch-site": "same-origin" })).toBe(415);
    expect(await plan({ ...json, "sec-fetch-site": "same-origin" }, `{"type":"${"x".repeat(1_000_000)}"}`)).toBe(413);
    expect(await plan({ ...json, origin: url })).toBe(200);
  });

  it.skipIf(path === undefined)("sends events as they happen, and ends the subscription with the client", async () => {
    const inspection = connectInspection(`${url}/named/`);
    const { cursor } = await inspection.snapshot();
    const done = new AbortController();
    let isAsked = false;
    const types: string[] = [];
    for await (const each of inspection.events(cursor, done.signal)) {
      if ("state" in each && each.state === "live" && !isAsked) {
        isAsked = true;
        await inspection.act({ type: "materialize", selection: ["secret/one"] }, { id: crypto.randomUUID() });
      }
      if (!("events" in each)) continue;
      types.push(...each.events.map(({ type }) => type));
      if (types.includes("RunEnd")) done.abort();
    }
    expect(types).toContain("Materialization");
    await inspection.close();
  });
});

/** Sends a request with headers that `fetch` sets by itself, and gives the status. */
function raw(url: string, method: string, path: string, headers: Record<string, string>, body = ""): Promise<number> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const sent = request(
      { hostname, port, method, path, headers: { ...headers, ...(body !== "" && { "content-length": body.length }) } },
      (answer) => {
        answer.resume();
        resolve(answer.statusCode ?? 0);
      },
    );
    // A server may answer before it has read everything.
    sent.on("error", reject);
    sent.end(body);
  });
}
