/** `parallel` with the worker threads of Node. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { Worker } from "node:worker_threads";
import { asset, inProcess, Storage } from "edgewater";
import { LocalStore } from "edgewater/local";
import { type ParallelOptions, parallel, serveSteps } from "edgewater/parallel";
import { sqlite } from "edgewater/sqlite";
import { openExecutorSuite } from "edgewater/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

let folder: string;
let storage: Storage;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "edgewater-"));
  storage = await Storage.embedded(join(folder, "records"));
});
afterAll(async () => {
  await storage.close();
  await rm(folder, { recursive: true });
});

const execArgv = ["--conditions=edgewater-source"];
const start = (): Worker =>
  new Worker(new URL("./steps-worker.ts", import.meta.url), { execArgv, env: { ...process.env, EDGEWATER_SUITE: folder } });

/** A pool with the repository of the suite. */
async function open(options: Partial<ParallelOptions> = {}) {
  const executor = parallel({ start, size: 1, ...options });
  const repository = await openExecutorSuite({ storage, store: new LocalStore(join(folder, "values")), executor });
  const close = async (): Promise<void> => {
    await repository.close();
    await executor[Symbol.asyncDispose]();
  };
  return { executor, repository, [Symbol.asyncDispose]: close };
}

/** A worker with this text as its file. */
async function workerOf(text: string): Promise<() => Worker> {
  const file = join(folder, `${crypto.randomUUID()}.mjs`);
  await writeFile(file, text);
  return () => new Worker(pathToFileURL(file));
}

describe("parallel()", () => {
  it("ends a worker that hangs in a loop, tries its step in another, and keeps that one warm", async () => {
    let started = 0;
    const counted = (): Worker => {
      started++;
      return start();
    };
    await using stage = await open({ start: counted, stepTimeoutMs: 3000 });
    expect(await stage.repository.materialize({ selection: ["hangs"] })).toMatchObject({ success: true });
    expect(started).toBe(2);
    await stage.repository.materialize({ selection: ["local.one"] });
    await stage.repository.materialize({ selection: ["local.one"] });
    expect(started).toBe(2);
  });

  it("starts no worker before the first step, and none for steps of another executor", async () => {
    let started = 0;
    const counted = (): Worker => {
      started++;
      return start();
    };
    await using stage = await open({ start: counted });
    await stage.repository.materialize({ selection: ["local.one"], executor: inProcess() });
    expect(started).toBe(0);
  });

  it("says why a worker cannot be started, and what its repository was refused with", async () => {
    const cases = [
      [
        "throw new Error('no such module');",
        /^Cannot make "local\.one": Cannot start a worker of parallel: no such module; look at the file that start names/,
      ],
      ["", /^Cannot make "local\.one": Cannot start a worker of parallel: it has ended with the code 0; .* ends with serveSteps$/],
      [
        `import { parentPort } from "node:worker_threads";
         parentPort.postMessage({ edgewater: "refused", error: { name: "EdgewaterError", code: "Unavailable", message: "no database", causes: [], frames: [] } });
         parentPort.on("message", () => {});`,
        /^Cannot make "local\.one": no database$/,
      ],
    ] as const;
    for (const [text, message] of cases) {
      await using stage = await open({ start: await workerOf(text) });
      const running = stage.repository.materialize({ selection: ["local.one"] });
      await expect(running).rejects.toMatchObject({ code: "Unavailable", message: expect.stringMatching(message) });
    }
  });

  it("refuses a start that returns no worker, with what it should be", async () => {
    for (const wrong of [() => undefined, async () => start(), () => ({})]) {
      await using stage = await open({ start: wrong as never });
      const running = stage.repository.materialize({ selection: ["local.one"] });
      await expect(running).rejects.toMatchObject({
        code: "SettingsError",
        message: expect.stringMatching(/expected a Worker: start: \(\) => new/),
      });
    }
  });

  it("makes steps with the workers that can be started", async () => {
    const broken = await workerOf("throw new Error('no memory');");
    const throwing = (): never => {
      throw new Error("too many threads");
    };
    const starts = [broken, throwing, start];
    await using stage = await open({ start: () => (starts.shift() ?? start)(), size: 3 });
    const names = Array.from({ length: 6 }, (_, index) => `many.${index}`);
    expect(await stage.repository.materialize({ selection: names })).toMatchObject({ success: true });
  });

  it("says over which asset workers were lost, and with which error", async () => {
    const crashing = await workerOf(`import { parentPort } from "node:worker_threads";
      parentPort.postMessage({ edgewater: "ready" });
      parentPort.on("message", () => setTimeout(() => { throw new RangeError("too deep"); }));`);
    await using stage = await open({ start: crashing });
    const { failedAssets } = await stage.repository.materialize({ selection: ["local.one"], raiseOnError: false });
    const message = expect.stringMatching(/^3 workers of parallel were lost over "local\.one": too deep; look/);
    expect(failedAssets).toMatchObject([{ error: { code: "Unavailable", message, cause: expect.any(RangeError) } }]);
  });

  it("skips steps that wait for a worker to start when the run is aborted", async () => {
    const silent = await workerOf("setInterval(() => {}, 1000);");
    await using stage = await open({ start: silent });
    const result = await stage.repository.materialize({ selection: ["local.one"], signal: AbortSignal.timeout(300), raiseOnError: false });
    expect(result).toMatchObject({ skippedAssets: ["local.one"], failedAssets: [] });
  });

  it("takes no harm from messages of a worker that are not its answers", async () => {
    const talking = await workerOf(`import { parentPort } from "node:worker_threads";
      for (const edgewater of ["ready", "ended", "failed", "ready", "other"]) parentPort.postMessage({ edgewater });
      parentPort.postMessage("edgewater");
      parentPort.on("message", ({ id }) => {
        for (const own of [undefined, id + 1]) parentPort.postMessage({ edgewater: "ended", id: own });
        const error = { name: "Error", message: "made by nobody", causes: [], frames: [] };
        parentPort.postMessage({ edgewater: "failed", id, error });
      });`);
    await using stage = await open({ start: talking });
    const { failedAssets } = await stage.repository.materialize({ selection: ["transport.one", "transport.two"], raiseOnError: false });
    expect(failedAssets.map(({ error }) => String(error))).toEqual(["Error: made by nobody", "Error: made by nobody"]);
  });

  it("stops a worker that ignores an abort", async () => {
    const deaf = await workerOf(`import { parentPort } from "node:worker_threads";
      parentPort.postMessage({ edgewater: "ready" });
      parentPort.on("message", () => {});`);
    await using stage = await open({ start: deaf });
    const running = stage.repository.materialize({ selection: ["local.one"], signal: AbortSignal.timeout(300) });
    await expect(running).rejects.toMatchObject({ code: "Aborted" });
  });

  it("runs nothing after the end of its block", async () => {
    const stage = await open();
    await stage.executor[Symbol.asyncDispose]();
    await expect(stage.repository.materialize({ selection: ["local.one"] })).rejects.toMatchObject({ code: "Closed" });
    await stage[Symbol.asyncDispose]();
  });

  it("refuses records that are in the memory of one connection", async () => {
    for (const file of [":memory:", "file::memory:?cache=shared", "file:records?mode=memory"]) {
      await using executor = parallel({ start });
      await using memory = await Storage.connect(sqlite(file));
      await using repository = await openExecutorSuite({ storage: memory, store: new LocalStore(join(folder, "values")), executor });
      const running = repository.materialize({ selection: ["local.one"] });
      await expect(running, file).rejects.toMatchObject({
        code: "NotSupported",
        message: expect.stringMatching(/in the memory of this process/),
      });
    }
  });

  it("refuses wrong options", () => {
    for (const options of [undefined, {}, { start: 1 }, { start, size: 0 }, { start, stepTimeout: 1 }])
      expect(() => parallel(options as never)).toThrow(expect.objectContaining({ code: "SettingsError" }));
    expect(() => asset({ name: "a", executor: parallel as never }, () => 1)).toThrow(expect.objectContaining({ code: "DefinitionError" }));
  });
});

describe("serveSteps()", () => {
  it("says what open must return", async () => {
    const parallelUrl = new URL("../../../src/executors/parallel/index.ts", import.meta.url);
    const file = join(folder, "opens-nothing.mjs");
    await writeFile(file, `import { serveSteps } from "${parallelUrl}"; await serveSteps(() => undefined);`);
    await using stage = await open({ start: () => new Worker(pathToFileURL(file), { execArgv }) });
    const running = stage.repository.materialize({ selection: ["local.one"] });
    await expect(running).rejects.toMatchObject({
      code: "SettingsError",
      message: expect.stringMatching(/undefined; expected a Repository/),
    });
  });

  it("is refused outside of a worker", async () => {
    await expect(serveSteps(undefined as never)).rejects.toMatchObject({ code: "SettingsError" });
    await expect(serveSteps(() => Promise.reject(new Error("opened")))).rejects.toMatchObject({ code: "NotSupported" });
  });
});
