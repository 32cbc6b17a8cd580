/**
 * LocalStore's atomic put beside a bare `writeFile`. Metadata adds a second file, which takes two renames and a removal to come to
 * its place, and the CRC-32 of the bytes. Node computes that of 1 MB in 0.25 ms: beside the write when a core is free, else after it.
 */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { LocalStore } from "edgewater/local";
import { type AddRow, ratio } from "./harness.ts";

export async function localRows(add: AddRow, folder: string): Promise<void> {
  const store = new LocalStore(join(folder, "store"));
  const metadata = { "content-digest": `sha256:${"0".repeat(64)}`, serializer: "superjson" };
  for (const [label, size, count, budget, budgetWithMetadata] of [
    ["1 KB", 1000, 200, 1.25, 1.8],
    ["1 MB", 1_000_000, 20, 1.4, 1.5],
  ] as const) {
    const bytes = crypto.getRandomValues(new Uint8Array(Math.min(size, 65_536)));
    const body = Uint8Array.from({ length: size }, (_, index) => bytes[index % bytes.length] ?? 0);
    const many = async (put: (name: string) => Promise<unknown>): Promise<void> => {
      for (let index = 0; index < count; index++) await put(`object-${index}`);
    };
    const ours = { name: "LocalStore", run: () => many((name) => store.put(name, body)) };
    const plain = { name: "bare writeFile", run: () => many((name) => writeFile(join(folder, name), body)) };
    add(await ratio(`local atomic put, ${label}`, ours, plain, budget));
    const run = () => many((name) => store.put(`with/${name}`, body, { contentType: "application/json", metadata }));
    const withMetadata = { name: "LocalStore", run };
    add(await ratio(`local atomic put with metadata, ${label}`, withMetadata, plain, budgetWithMetadata));
  }
}
