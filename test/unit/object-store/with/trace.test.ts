import { MemoryStore } from "edgewater";
import { type TracedCall, type TracedResult, withTrace } from "edgewater/with";
import { describe, expect, it } from "vitest";

function traced() {
  const events: (TracedCall & Partial<TracedResult>)[] = [];
  const store = withTrace(new MemoryStore(), (call) => (result) => events.push({ ...call, ...result }));
  return { store, events };
}

describe("withTrace", () => {
  it("reports method, key, bytes, entries and duration of every call", async () => {
    const { store, events } = traced();
    await store.put("a", "grün", { metadata: { secret: "very-secret" } });
    await store.put("b", new Blob(["12345"]).stream());
    expect(await (await store.get("a")).text()).toBe("grün");
    await new Response((await store.get("b", { range: { start: 1, end: 3 } })).stream()).text();
    await store.head("a");
    for await (const each of store.list()) void each;
    await store.copy("a", "c");
    await store.delete(["a", "b"]);
    expect(events.map(({ durationMs, ...event }) => event)).toEqual(
      [
        { verb: "put", key: "a", bytes: 5 },
        { verb: "put", key: "b", bytes: 5 },
        { verb: "get", key: "a" },
        { verb: "read", key: "a", bytes: 5 },
        { verb: "get", key: "b" },
        { verb: "read", key: "b", bytes: 2 },
        { verb: "head", key: "a" },
        { verb: "list", key: "", entries: 2 },
        { verb: "copy", key: "c" },
        { verb: "delete", key: "a", keys: 2 },
      ].map((event) => ({ store: "MemoryStore", ...event })),
    );
    expect(events.every(({ durationMs = -1 }) => durationMs >= 0)).toBe(true);
    expect(JSON.stringify(events)).not.toMatch(/very-secret|grün/);
  });

  it("reports the code of an error, and the bytes before a stream failed", async () => {
    const { store, events } = traced();
    await store.get("missing").catch(() => undefined);
    let count = 0;
    const failing = new ReadableStream({
      pull: (controller) => (count++ < 2 ? controller.enqueue(new Uint8Array(7)) : controller.error("no")),
    });
    await store.put("k", failing).catch(() => undefined);
    expect(events).toMatchObject([
      { verb: "get", error: "NotFound" },
      { verb: "put", bytes: 14, error: "Unavailable" },
    ]);
  });

  it("ends the trace of a list that is left early", async () => {
    const { store, events } = traced();
    for (const key of ["a", "b", "c"]) await store.put(key, "x");
    for await (const { key } of store.list()) if (key === "b") break;
    expect(events.at(-1)).toMatchObject({ verb: "list", entries: 2 });
  });
});
