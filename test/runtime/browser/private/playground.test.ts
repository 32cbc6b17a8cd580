/// <reference types="vite/client" />
/** The playground brings all that an engine without `Symbol.asyncDispose` lacks: nothing is set up for this file. */
import { expect, it } from "vitest";
import page from "../../../../playground/index.html?raw";
import expected from "../../node-deno-bun/data-versions.json" with { type: "json" };

it("materializes into IndexedDB with the data versions of every other runtime, and loads back", async () => {
  expect(Symbol.asyncDispose).toBe(undefined);
  document.body.innerHTML = new DOMParser().parseFromString(page, "text/html").body.innerHTML;
  await import("../../../../playground/main.ts");
  await expect.poll(status).toBe("Nothing in IndexedDBStore(playground) yet: materialize it");

  document.querySelector<HTMLButtonElement>("button[type=submit]")?.click();
  await expect.poll(status, { timeout: 30_000 }).toBe("Materialized into IndexedDBStore(playground)");
  const rows = [...document.querySelectorAll<HTMLTableRowElement>("#objects tbody tr")].map(({ cells }) => [...cells].map(text));
  expect(Object.fromEntries(rows.map((cells) => [cells[0], cells[4]]))).toEqual(expected);

  document.querySelector("#store")?.dispatchEvent(new Event("change"));
  await expect.poll(status).toBe("Loaded back from IndexedDBStore(playground)");
});

function status(): string {
  return text(document.querySelector("output"));
}

function text(node: Node | null): string {
  return node?.textContent ?? "";
}
