/** What the Worker of `examples/worker-assets` has to survive: many requests at once, malformed ones, and large uploads. */
import { createHash } from "node:crypto";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { type AssetsWorker, tokens } from "./worker-assets.ts";

const stations = ["north", "east", "south", "west"];

/** The answers of many requests: how often each status came, and what was wrong. */
export interface Answered {
  readonly statuses: Readonly<Record<number, number>>;
  readonly problems: readonly string[];
}

/**
 * Uploads a value for every station, then sends requests of every kind at once. A write may meet another one of the same value, and many large uploads at once are refused; both
 * are told to try again.
 */
export async function manyRequests({ call }: AssetsWorker, count: number): Promise<Answered> {
  const statuses: Record<number, number> = {};
  const problems: string[] = [];
  const send = async (index: number): Promise<void> => {
    const station = stations[index % stations.length];
    const path = `/assets/readings?partition=${station}`;
    const kinds: readonly (() => Promise<Response>)[] = [
      () => call(path, { method: "PUT", body: `${index},${index}\n` }),
      () => call(path),
      () => call(path, { headers: { range: "bytes=0-1" } }),
      () => call("/status"),
      () => call("/materialize", { method: "POST", body: "{}" }),
      () => call(path, { method: "PUT", body: "0,1\n".repeat(25_000) }),
      () => call("/assets/nothing"),
      () => call(path, { token: "a-token-that-is-not-known" }),
    ];
    const kind = index % kinds.length;
    const allowed = [[201, 409], [200], [206], [200], [200, 409], [201, 409, 503], [404], [401]][kind] ?? [];
    try {
      const response = await (kinds[kind] ?? kinds[0])?.();
      const body = await response?.text();
      const status = response?.status ?? 0;
      statuses[status] = (statuses[status] ?? 0) + 1;
      if (!allowed.includes(status)) problems.push(`request ${index} of kind ${kind} was answered ${status}: ${body}`);
    } catch (error) {
      problems.push(`request ${index} of kind ${kind} failed: ${error}`);
    }
  };
  for (const station of stations) {
    const { status } = await call(`/assets/readings?partition=${station}`, { method: "PUT", body: "0,0\n" });
    if (status !== 201) problems.push(`the first upload of ${station} was answered ${status}`);
  }
  await Promise.all(Array.from({ length: count }, (_, index) => send(index)));
  return { statuses, problems };
}

/** Malformed requests, and the status that each is to get. */
const malformed: readonly (readonly [what: string, status: number, path: string, init?: Parameters<AssetsWorker["call"]>[1]])[] = [
  ["no token", 401, "/status", { token: "" }],
  ["a token of one character", 401, "/status", { token: "x" }],
  ["another scheme", 401, "/status", { token: "", headers: { authorization: "Basic eDp4" } }],
  ["a write with the token for reading", 403, "/materialize", { method: "POST", token: tokens.read }],
  ["an unknown path", 404, "/assets"],
  ["an unknown method", 404, "/assets/readings", { method: "PATCH" }],
  ["an unknown asset", 404, "/assets/__proto__"],
  ["a path out of the bucket", 404, "/assets/..%2f..%2fsecrets"],
  ["bytes that are no UTF-8", 404, "/assets/%ff%fe"],
  ["a percent sign alone", 404, "/assets/%"],
  ["no partition", 400, "/assets/readings"],
  ["a partition of an asset without", 400, "/assets/report?partition=north"],
  ["an empty partition", 400, "/assets/readings?partition="],
  ["a long partition", 400, `/assets/readings?partition=${"x".repeat(5000)}`],
  ["an upload of an unknown partition", 400, "/assets/readings?partition=..%2F..", { method: "PUT", body: "1,1" }],
  ["an upload of what is made here", 405, "/assets/report", { method: "PUT", body: "{}" }],
  ["text that is no JSON", 400, "/materialize", { method: "POST", body: "{" }],
  ["JSON that is no object", 400, "/materialize", { method: "POST", body: "[]" }],
  ["a wrong type", 400, "/materialize", { method: "POST", body: '{"assets":7}' }],
  ["an unknown field", 400, "/materialize", { method: "POST", body: '{"asset":["totals"]}' }],
  ["the name of a prototype", 400, "/materialize", { method: "POST", body: '{"__proto__":{"background":true}}' }],
  ["JSON that is nested deeply", 400, "/materialize", { method: "POST", body: "[".repeat(30_000) }],
  ["a body that is too large", 413, "/materialize", { method: "POST", body: `{"id":"${"x".repeat(70_000)}"}` }],
  ["an unknown run", 404, "/status?run=none"],
  ["a wrong password", 401, "/inspector/", { token: "", headers: { authorization: "Basic !!!" } }],
];

/** Sends malformed requests, and returns what was answered wrongly, or told about the inside. */
export async function malformedRequests({ call, server }: AssetsWorker, maxUploadBytes: number): Promise<readonly string[]> {
  const problems: string[] = [];
  const check = (what: string, status: number, expected: number, body: string): void => {
    if (status !== expected) problems.push(`${what} was answered ${status} in place of ${expected}: ${body}`);
    if (/\bat \w+.*:\d+|SQLITE|R2Store|node_modules|edgewater_/.test(body)) problems.push(`${what} was told about the inside: ${body}`);
  };
  for (const [what, expected, path, init] of malformed) {
    const response = await call(path, init);
    check(what, response.status, expected, await response.text());
  }
  const path = "/assets/readings?partition=west";
  const before = await (await call(path)).text();
  const tooLarge = await call(path, { method: "PUT", body: bytes(maxUploadBytes + 1), duplex: "half" });
  check("an upload without a length that is too large", tooLarge.status, 413, await tooLarge.text());
  const known = await call(path, { method: "PUT", body: new Uint8Array(maxUploadBytes + 1) });
  check("an upload that says that it is too large", known.status, 413, await known.text());
  const head = `PUT ${path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${tokens.write}\r\n`;
  await cutOff(server.port, `${head}content-length: 100000\r\n\r\n${"1,1\n".repeat(1000)}`);
  if ((await (await call(path)).text()) !== before) problems.push("an upload that was refused or cut off has replaced the value");
  return problems;
}

/** Sends a part of a request, and ends the connection. */
async function cutOff(port: number, sent: string): Promise<void> {
  const socket = connect(port, "127.0.0.1");
  socket.on("error", () => undefined);
  await new Promise<void>((resolve) => socket.write(sent, () => resolve()));
  socket.destroy();
}

const chunk = new TextEncoder().encode(
  "2026-01-01T00:00,1.5\n"
    .repeat(3120)
    .padEnd(2 ** 16 - 1, " ")
    .concat("\n"),
);

/** A stream of so many bytes: lines of readings. */
function bytes(size: number): ReadableStream<Uint8Array> {
  let left = size;
  return new ReadableStream({
    pull: (controller) => {
      if (left === 0) return controller.close();
      const next = chunk.subarray(0, Math.min(left, chunk.length));
      left -= next.length;
      controller.enqueue(next);
    },
  });
}

/** What a large upload has shown. */
export interface LargeUpload {
  readonly uploadMs: number;
  readonly downloadMs: number;
  readonly problems: readonly string[];
}

/** Uploads so many bytes, downloads them again, and compares. */
export async function largeUpload({ call }: AssetsWorker, size: number): Promise<LargeUpload> {
  const problems: string[] = [];
  const path = "/assets/readings?partition=east";
  let start = performance.now();
  const uploaded = await call(path, { method: "PUT", body: bytes(size), duplex: "half" });
  const told = (await uploaded.json()) as { readonly size?: number };
  if (uploaded.status !== 201 || told.size !== size) problems.push(`the upload was answered ${uploaded.status}: ${JSON.stringify(told)}`);
  const uploadMs = performance.now() - start;
  start = performance.now();
  const response = await call(path);
  if ((await digestOf(response.body)) !== (await digestOf(bytes(size)))) problems.push("the download has other bytes than the upload");
  const downloadMs = performance.now() - start;
  const end = await (await call(path, { headers: { range: "bytes=-10" } })).text();
  if (end.length !== 10) problems.push(`the last 10 bytes are ${JSON.stringify(end)}`);
  return { uploadMs, downloadMs, problems };
}

async function digestOf(stream: ReadableStream<Uint8Array> | null): Promise<string> {
  const hash = createHash("sha256");
  for await (const part of stream ?? []) hash.update(part);
  return hash.digest("hex");
}

/** The memory of the processes of workerd below `wrangler dev`. */
export interface WorkerMemory {
  /** How much the memory has grown at its peak since the measure began, in MB; the largest of the processes. */
  readonly growth: () => Promise<number>;
}

/** Begins to measure the memory of the processes of a Worker. They also have the simulators of its bindings. Linux only. */
export async function memoryOf({ server }: AssetsWorker): Promise<WorkerMemory> {
  const processes = await workerdBelow(server.pid);
  const read = async (pid: number, field: string): Promise<number> =>
    Number(new RegExp(`^${field}:\\s+(\\d+) kB`, "m").exec(await readFile(`/proc/${pid}/status`, "utf8"))?.[1]) / 1000;
  // 5 makes the peak what is used now.
  await Promise.all(processes.map((pid) => writeFile(`/proc/${pid}/clear_refs`, "5")));
  const before = await Promise.all(processes.map((pid) => read(pid, "VmRSS")));
  return {
    growth: async () => {
      const peaks = await Promise.all(processes.map((pid) => read(pid, "VmHWM")));
      return Math.max(...peaks.map((peak, index) => peak - (before[index] ?? 0)));
    },
  };
}

/** The processes of workerd that a process, or one below it, has started. */
async function workerdBelow(root: number): Promise<readonly number[]> {
  const children = new Map<number, { readonly pid: number; readonly name: string }[]>();
  for (const entry of await readdir("/proc")) {
    const stat = /^\d+$/.test(entry) ? await readFile(`/proc/${entry}/stat`, "utf8").catch(() => "") : "";
    const [, name = "", parent = ""] = /^\d+ \((.*)\) \S (\d+)/.exec(stat) ?? [];
    if (name !== "") children.set(Number(parent), [...(children.get(Number(parent)) ?? []), { pid: Number(entry), name }]);
  }
  const found: number[] = [];
  const open = [root];
  for (let pid = open.pop(); pid !== undefined; pid = open.pop()) {
    for (const child of children.get(pid) ?? []) {
      open.push(child.pid);
      if (child.name.startsWith("workerd")) found.push(child.pid);
    }
  }
  return found;
}
