/**
 * One process of the tests of LocalStore on every runtime. Arguments: a folder, a task, and the name of this writer.
 * Prints JSON.
 */
import process from "node:process";
import { isEdgewaterError } from "edgewater";
import { LocalStore } from "edgewater/local";

const [folder = "", task = "", name = "", count = "0"] = process.argv.slice(2);
const store = new LocalStore(folder);
const turns = Number(count);

/** Repeats a conditional write until it is done. */
async function increment(key: string, withMetadata: boolean): Promise<number> {
  for (let refused = 0; ; refused++) {
    const object = await store.get(key);
    const value = await object.text();
    if (withMetadata && object.meta.metadata["value"] !== value) throw new Error(`${key}: ${value} with ${object.meta.metadata["value"]}`);
    const next = String(Number(value) + 1).padStart(8, "0");
    const metadata = withMetadata ? { value: next } : {};
    const ifMatch = object.meta.etag ?? "";
    const isDone = await store.put(key, next, { mode: { ifMatch }, metadata }).then(
      () => true,
      (error: unknown) => {
        if (isEdgewaterError(error, "PreconditionFailed")) return false;
        throw error;
      },
    );
    if (isDone) return refused;
  }
}

const tasks: Readonly<Record<string, () => Promise<unknown>>> = {
  /** Counts in two objects, creates keys that others create too, and overwrites one. */
  count: async () => {
    let created = 0;
    for (let turn = 0; turn < turns; turn++) {
      await increment("v1/plain", false);
      await increment("v1/with", true);
      const options = turn % 2 === 0 ? {} : { metadata: { by: name } };
      created += await store.put(`created/${turn}`, name, { mode: "create", ...options }).then(
        () => 1,
        () => 0,
      );
      const value = `${name} ${turn}`.padEnd(12);
      await store.put("shared", value, turn % 3 === 0 ? {} : { metadata: { value } });
      const object = await store.get("shared");
      const told = object.meta.metadata["value"];
      if (told !== undefined && told !== (await object.text())) throw new Error(`The attributes of another write: ${told}`);
    }
    return { created };
  },
  /** Writes objects of its own. */
  write: async () => {
    for (let turn = 0; turn < turns; turn++) {
      await store.put(`${name}/${turn}`, `${turn}`, { contentType: "text/plain", metadata: { name } });
      await store.put(`${name}/plain${turn}`, `${turn}`);
    }
    return {};
  },
  /** Describes all objects. */
  show: async () => {
    const all: unknown[] = [];
    for await (const { key, etag } of store.list()) {
      const { contentType = "", metadata, state, etag: fromGet } = (await store.get(key)).meta;
      all.push([key, etag, fromGet === etag && (await store.head(key)).etag === etag, contentType, metadata, state]);
    }
    return all;
  },
  /** The etag of every write of different bytes of one size, and how many stale conditions were accepted. */
  repeat: async () => {
    const etags = new Set<string | undefined>();
    let stale = 0;
    for (let turn = 0; turn < turns; turn++) {
      const options = turn % 2 === 0 ? {} : { metadata: { name } };
      const first = await store.put("repeated", `A${1000 + turn}`, options);
      etags.add(first.etag);
      for (const letter of ["B", "C"]) etags.add((await store.put("repeated", `${letter}${1000 + turn}`, options)).etag);
      const mode = { ifMatch: first.etag ?? "" };
      stale += await store.put("repeated", `D${1000 + turn}`, { mode }).then(
        () => 1,
        () => 0,
      );
    }
    return { etags: etags.size, stale };
  },
};

console.log(JSON.stringify(await tasks[task]?.()));
