import { MemoryStore } from "edgewater";
import { requireConditions } from "edgewater/with";
import { expect, it } from "vitest";
import type { ConditionalPutOptions, StreamBody } from "../../../src/object-store/types.ts";

/** A store that keeps some conditions and ignores others, on purpose. */
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

it("takes a store that keeps conditions, tries it once, and leaves nothing behind", async () => {
  const store = new BrokenStore(() => false);
  await Promise.all([requireConditions(store), requireConditions(store)]);
  await requireConditions(store);
  expect(store.puts).toBe(4);
  expect(await Array.fromAsync(store.list())).toEqual([]);
});

it.each([
  ["create", 2, (mode: unknown) => mode === "create"],
  ["ifMatch", 4, (mode: unknown) => typeof mode === "object"],
])("refuses a store that ignores %s, by its name", async (condition, puts, ignores) => {
  const store = new BrokenStore(ignores);
  const refused = { code: "NotSupported", message: expect.stringContaining(`MemoryStore ignores the condition ${condition}`) };
  await expect(requireConditions(store)).rejects.toMatchObject(refused);
  expect(store.puts).toBe(puts);
  expect(await Array.fromAsync(store.list())).toEqual([]);
});

it("tries again what could not be reached, and does not try what is known", async () => {
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

it("ends for a caller whose signal is aborted, and not for the others", async () => {
  const store = new BrokenStore(() => false);
  const controller = new AbortController();
  const waiting = requireConditions(store, { signal: controller.signal });
  controller.abort("enough");
  await expect(waiting).rejects.toMatchObject({ code: "Aborted", cause: "enough" });
  await requireConditions(store);
});
