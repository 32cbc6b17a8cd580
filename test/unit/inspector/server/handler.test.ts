/** The routes of a served inspector: what they answer, and how failures are told. */
import { EdgewaterError, type ErrorCode } from "edgewater";
import { describe, expect, it } from "vitest";
import type { Inspection } from "../../../../src/inspector/inspection.ts";
import { serveInspection } from "../../../../src/inspector/server/handler.ts";
import type { InspectorOptions } from "../../../../src/inspector/server/options.ts";
import { story } from "../../../support/inspection/story.ts";

const everybody: InspectorOptions = { authorize: () => true, values: "preview", actions: ["materialize", "export", "import"] };
const mount = "http://inspector.test/below/";

function handlerOf(changes: Partial<Inspection> = {}, options: InspectorOptions = everybody): (request: Request) => Promise<Response> {
  return serveInspection({ ...story(), ...changes }, options);
}

/** A request as the page sends it. */
function post(path: string, body: unknown, headers: Record<string, string> = {}): Request {
  const own = { "content-type": "application/json", "sec-fetch-site": "same-origin" };
  return new Request(mount + path, { method: "POST", headers: { ...own, ...headers }, body: JSON.stringify(body) });
}

const get = (path: string, headers: Record<string, string> = {}): Request => new Request(mount + path, { headers });

describe("questions", () => {
  it.each([
    ["snapshot", "snapshot", [{}]],
    ["runs?limit=5&status=Failure&before=17", "runs", [{ limit: 5, status: "Failure", before: 17 }]],
    ["runs/a%2Fb", "run", ["a/b", {}]],
    ["runs/7c1e/logs?after=9&limit=2", "logs", ["7c1e", { after: "9", limit: 2 }]],
    ["assets/caf%C3%A9", "asset", ["café", {}]],
    [
      "assets/a%2Fb%3Fc/preview?rows=[0,10]&path=[%22a%22,1]&sort=[%22x,y%22,%22up%22]&find=%20",
      "preview",
      ["a/b?c", { rows: [0, 10], path: ["a", 1], sort: ["x,y", "up"], find: " " }],
    ],
    ["assets/daily/diff?from=1&to=2&partition=a,b", "diff", ["daily", { from: 1, to: 2, partition: "a,b" }]],
    ["assets/daily/partitions?measure=rows", "partitions", ["daily", { measure: "rows" }]],
    ["assets/daily/partition-rows?from=0&to=5", "partitionRows", ["daily", { from: 0, to: 5 }]],
    ["assets/daily/why?partition=x", "why", ["daily", { partition: "x" }]],
    ["assets/%00..", "asset", ["..", {}]],
    ["assets/api", "asset", ["api", {}]],
    ["assets/preview/preview", "preview", ["preview", {}]],
    ["automation", "automation", [{}]],
    ["objects?prefix=a%2F&after=b", "objects", [{ prefix: "a/", after: "b" }]],
    ["storage", "storage", [{}]],
  ] as const)("at %s go to %s", async (path, method, expected) => {
    let given: readonly unknown[] = [];
    const answered = {
      rows: [],
      chain: [],
      innocent: [],
      assets: [],
      requests: [],
      ticks: [],
      byAsset: [],
      metadata: {},
      value: { kind: "same" },
    };
    const inner = story();
    const view = {
      ...(await inner.snapshot()),
      ...(await inner.asset("daily")),
      ...answered,
      steps: [],
      failures: [],
      nodes: (await inner.snapshot()).nodes,
    };
    const handler = handlerOf({
      [method]: async (...all: unknown[]) => {
        given = given.length > 0 ? given : all;
        if (method === "snapshot") return inner.snapshot();
        if (method === "partitionRows" || method === "runs") return [];
        return method === "run" ? { ...view, nodes: [] } : method === "diff" ? { ...view, metadata: [], inputs: [] } : view;
      },
    } as Partial<Inspection>);
    const response = await handler(get(`api/${path}`));
    expect([response.status, await response.text()]).toEqual([200, expect.stringMatching(/^[{[]/)]);
    expect(given).toEqual(expected.map((each) => (typeof each === "string" ? each : { ...each, signal: expect.any(AbortSignal) })));
    expect(response.headers.get("cache-control")).toBe("no-store");
    expect(response.headers.get("x-content-type-options")).toBe("nosniff");
    expect(response.headers.get("access-control-allow-origin")).toBeNull();
  });

  it("answer 304 while nothing has changed", async () => {
    const handler = handlerOf();
    const first = await handler(get("api/snapshot"));
    const etag = first.headers.get("etag") ?? "";
    const second = await handler(get("api/snapshot", { "if-none-match": etag }));
    expect([second.status, await second.text(), second.headers.get("etag")]).toEqual([304, "", etag]);
    // Who sees less has another snapshot.
    const less = handlerOf({}, { authorize: (_, { asset }) => asset !== "daily" });
    expect((await less(get("api/snapshot", { "if-none-match": etag }))).status).toBe(200);
  });

  it("that nobody knows are refused", async () => {
    const handler = handlerOf();
    const status = async (request: Request) => (await handler(request)).status;
    for (const path of ["api", "api/", "api/snapshots", "api/constructor", "api/assets/a/b/c", "api/assets/%ff", "ui/../package.json"]) {
      expect([path, await status(get(path))]).toEqual([path, path === "api/" ? 501 : 404]);
    }
    expect(await status(get("ui/..%2f..%2fpackage.json"))).toBe(404);
    expect(await status(get("ui/index.js"))).toBe(501);
    expect(await status(new Request(`${mount}api/snapshot`, { method: "DELETE" }))).toBe(405);
    expect(await status(get("api/act"))).toBe(405);
  });

  it("for the page without its slash are led to it", async () => {
    const response = await handlerOf()(new Request("http://inspector.test/below", { headers: { accept: "text/html" } }));
    expect([response.status, response.headers.get("location")]).toEqual([308, "./below/"]);
  });

  it("for a page that is not built say what to run", async () => {
    const response = await handlerOf()(get(""));
    expect([response.status, await response.json()]).toEqual([
      501,
      { error: { code: "NotSupported", message: expect.stringContaining("run npm run build"), details: {} } },
    ]);
  });
});

describe("failures", () => {
  const statuses: readonly (readonly [ErrorCode, number])[] = [
    ["NotFound", 404],
    ["PreconditionFailed", 412],
    ["PermissionDenied", 403],
    ["Unauthenticated", 401],
    ["AlreadyExists", 409],
    ["QuotaExceeded", 507],
    ["Unavailable", 503],
    ["SettingsError", 422],
    ["PartitionError", 422],
    ["Integrity", 500],
    ["StepFailed", 500],
  ];
  it.each(statuses)("with %s have the status %i, the code and no stack", async (code, status) => {
    const error = new EdgewaterError(code, "what and why", { asset: "daily", cause: new Error("inner secret") });
    const response = await handlerOf({ asset: () => Promise.reject(error) })(get("api/assets/daily"));
    expect([response.status, await response.json()]).toEqual([
      status,
      { error: { code, message: "what and why", details: { asset: "daily" } } },
    ]);
  });

  it("that are not of the family tell the client nothing, and the server everything", async () => {
    const errors: unknown[] = [];
    const error = new Error("a secret of the server");
    const handler = handlerOf({ asset: () => Promise.reject(error) }, { ...everybody, onError: (each) => errors.push(each) });
    const response = await handler(get("api/assets/daily"));
    const text = await response.text();
    expect([response.status, errors]).toEqual([500, [error]]);
    expect(text).not.toContain("secret");
  });

  it("of authorize let nobody in", async () => {
    for (const authorize of [() => Promise.reject(new Error("secret")), () => "yes", () => undefined, () => ({})]) {
      const response = await handlerOf({}, { authorize: authorize as never })(get("api/snapshot"));
      expect(response.status).toBeGreaterThanOrEqual(400);
      expect(await response.text()).not.toContain("secret");
    }
  });
});

describe("actions", () => {
  const action = { type: "materialize", selection: ["daily"] };

  it("go to the inspection with the key that makes a second press harmless, and with who does it", async () => {
    const acts: unknown[] = [];
    const act: Inspection["act"] = async (...given) => {
      acts.push(given);
      return { runId: "r1" };
    };
    const handler = handlerOf({ act }, { ...everybody, authorize: () => ({ actor: "ada" }) });
    const response = await handler(post("api/act", action, { "idempotency-key": "press-1" }));
    expect([response.status, await response.json()]).toEqual([200, { runId: "r1" }]);
    expect(acts).toEqual([[action, { id: "press-1", actor: "ada" }]]);
    expect((await handler(post("api/plan", action))).status).toBe(200);
  });

  it.each([
    ["not JSON", "{", 400, "Unavailable"],
    ["nested too deeply", `${"[".repeat(100_000)}${"]".repeat(100_000)}`, 400, "Unavailable"],
    ["no action", "[]", 422, "SettingsError"],
    ["an unknown type", '{"type":"format"}', 422, "SettingsError"],
    ["a type of every object", '{"type":"constructor"}', 422, "SettingsError"],
    ["a misspelt field", '{"type":"materialize","selections":[]}', 422, "SettingsError"],
    ["an action that is not named", '{"type":"prune","before":5}', 403, "PermissionDenied"],
    ["too much", `{"type":"materialize","selection":["${"x".repeat(1_000_000)}"]}`, 413, "NotSupported"],
  ])("that are %s are refused", async (_, body, status, code) => {
    const request = new Request(`${mount}api/act`, {
      method: "POST",
      headers: { "content-type": "application/json", "sec-fetch-site": "same-origin" },
      body,
    });
    const response = await handlerOf()(request);
    expect([response.status, ((await response.json()) as { error: { code: string } }).error.code]).toEqual([status, code]);
  });

  it("on what may not be touched are refused, also as what it is made from", async () => {
    const snapshot = await story().snapshot();
    const [from, to] = snapshot.edges[0] ?? [0, 0];
    const [input, output] = [snapshot.nodes[from]?.name ?? "", snapshot.nodes[to]?.name ?? ""];
    const authorize: InspectorOptions["authorize"] = (_, { action: right, asset }) => right === "view" || asset !== input;
    const handler = handlerOf({}, { ...everybody, authorize });
    const status = async (more: object) => (await handler(post("api/plan", { type: "materialize", ...more }))).status;
    expect(await status({ selection: [output] })).toBe(200);
    expect(await status({ selection: [output], includeUpstream: true })).toBe(403);
    expect(await status({ selection: [input] })).toBe(403);
    expect(await status({ selection: [] })).toBe(403);
  });

  it("export and import files as streams", async () => {
    const chunks: string[] = [];
    const handler = handlerOf({
      export: async (what) => new Blob([`{"what":"${what}"}\n`]).stream(),
      import: async (file, options) => {
        chunks.push(await new Response(file).text(), JSON.stringify({ ...options, signal: undefined }));
        return { events: 1, runs: 0, values: 0, bytes: 2, notes: [] };
      },
    });
    const file = await handler(get("api/export?what=all"));
    expect([file.headers.get("content-type"), await file.text()]).toEqual(["application/x-ndjson", '{"what":"all"}\n']);
    const headers = { "content-type": "application/x-ndjson", "sec-fetch-site": "same-origin" };
    const response = await handler(new Request(`${mount}api/import?merge=true&dryRun=true`, { method: "POST", headers, body: "{}\n" }));
    expect([response.status, chunks]).toEqual([200, ["{}\n", '{"merge":true,"dryRun":true}']]);
    expect((await handler(get("api/export?what=secrets"))).status).toBe(422);
    const huge = new Request(`${mount}api/import`, { method: "POST", headers: { ...headers, "content-length": "1000000001" }, body: "{}" });
    expect((await handler(huge)).status).toBe(413);
  });
});

describe("what may not be seen", () => {
  it("is in no answer", async () => {
    const hidden = "quakes";
    const handler = handlerOf({}, { ...everybody, authorize: (_, { asset }) => asset !== hidden });
    const { nodes, edges, runs } = (await (await handler(get("api/snapshot"))).json()) as Awaited<ReturnType<Inspection["snapshot"]>>;
    const whole = await story().snapshot();
    expect(whole.nodes.map(({ name }) => name)).toContain(hidden);
    expect(nodes).toHaveLength(whole.nodes.length - 1);
    const nameOf = (of: typeof nodes, position: number) => of[position]?.name;
    const left = whole.edges.filter(([from, to]) => nameOf(whole.nodes, from) !== hidden && nameOf(whole.nodes, to) !== hidden);
    expect(edges.map(([from, to]) => [nameOf(nodes, from), nameOf(nodes, to)])).toEqual(
      left.map(([from, to]) => [nameOf(whole.nodes, from), nameOf(whole.nodes, to)]),
    );
    expect(JSON.stringify(runs.map((run) => run.nodes))).not.toContain(`"${hidden}"`);
    expect((await handler(get(`api/assets/${hidden}`))).status).toBe(404);
    expect(await (await handler(get("api/assets/daily"))).text()).not.toContain(`"${hidden}"`);
    expect((await handler(get("api/export"))).status).toBe(403);
  });

  it("is cut, changed or left out as the options say", async () => {
    const handler = handlerOf({}, { authorize: () => true, redact: (value, { key }) => (key === "rows" ? undefined : value) });
    const asset = (await (await handler(get("api/assets/daily"))).json()) as Awaited<ReturnType<Inspection["asset"]>>;
    expect(Object.keys((await story().asset("daily")).metadata)).toContain("rows");
    expect(Object.keys(asset.metadata)).not.toContain("rows");
    expect(asset.versions.flatMap(({ metadata }) => Object.keys(metadata))).not.toContain("rows");
    expect(await (await handler(get("api/assets/daily/preview"))).json()).toMatchObject({ kind: "refused", because: "not-allowed" });
  });
});
