/**
 * Opens the records in a folder with { readOnly: true }, and prints how many runs there are and which files, or the error. Runs on
 * Node, Deno and Bun, as a user who may only read them.
 */
import { readdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { Storage } from "edgewater";

const [folder = ""] = globalThis.process.argv.slice(2);
const copies = async (): Promise<number> => (await readdir(tmpdir())).filter((name) => name.startsWith("edgewater-records-")).length;
try {
  const storage = await Storage.embedded(folder, { readOnly: true });
  const runs = (await storage.getRuns()).length;
  const events = (await storage.getEventsForRun("run")).length;
  const during = await copies();
  await storage.close();
  console.log(JSON.stringify({ runs, events, during, after: await copies() }));
} catch (error) {
  const { code, message } = error as { readonly code: string; readonly message: string };
  console.log(JSON.stringify({ code, message }));
}
