import { MemoryStore } from "edgewater";
import { requireConditions } from "edgewater/with";
import { expect, it } from "vitest";
import type { ConditionalPutOptions, StreamBody } from "../../../src/object-store/types.ts";

/** A store that ignores some conditions. */
class BrokenStore extends MemoryStore {
  puts = 0;
  readonly #ignores: (mode: ConditionalPutOptions["mode"]) => boolean;

  constructor(ignores: (mode: ConditionalPutOptions["mode"]) => boolean) {
    super();
    this.#ignores = ignores;
  }

  override put(key: string, body: StreamBody, { mode = "overwrite" }: ConditionalPutOptions = {}): ReturnType<MemoryStore["put"]> {
    this.puts++;
    return super.put(key, body, { mode: this.#ignores(mode) ? "overwrite" : mode });
  }
}

it("accepts a store that checks conditions, tests it once, and deletes its test object", async () => {
  const store = new BrokenStore(() => false);
  await Promise.all([requireConditions(store), requireConditions(store)]);
  await requireConditions(store);
  expect(store.puts).toBe(4);
  expect(await Array.fromAsync(store.list())).toEqual([]);
});

it.each([
  ["create", 2, (mode: unknown) => mode === "create"],
  ["ifMatch", 4, (mode: unknown) => typeof mode === "object"],
])("refuses a store that ignores %s, and names it", async (condition, puts, ignores) => {
  const store = new BrokenStore(ignores);
  const refused = { code: "NotSupported", message: expect.stringContaining(`MemoryStore ignores the condition ${condition}`) };
  await expect(requireConditions(store)).rejects.toMatchObject(refused);
  expect(store.puts).toBe(puts);
  expect(await Array.fromAsync(store.list())).toEqual([]);
});

it("tests a store again that could not be reached, and not one that is known to check conditions", async () => {
  const store = new BrokenStore(() => false);
  const { put } = store;
  store.put = () => Promise.reject(new Error("unreachable"));
  await expect(requireConditions(store)).rejects.toThrow("unreachable");
  store.put = put;
  await requireConditions(store);
  expect(store.puts).toBe(4);
  const known = Object.assign(new BrokenStore(() => true), { keepsConditions: true as const });
  await requireConditions(known);
  expect(known.puts).toBe(0);
});

it("ends the wait of a caller whose signal is aborted, but not of the others", async () => {
  const store = new BrokenStore(() => false);
  const controller = new AbortController();
  const waiting = requireConditions(store, { signal: controller.signal });
  controller.abort("enough");
  await expect(waiting).rejects.toMatchObject({ code: "Aborted", cause: "enough" });
  await requireConditions(store);
});
