/** Writes to a LocalStore until it is killed, and prints every acknowledged write at once. */
import { writeSync } from "node:fs";
import { LocalStore } from "../../../src/object-store/local/index.ts";
import { keys } from "./plan.ts";
import { write } from "./writes.ts";

const [folder = "", versions = "[]"] = process.argv.slice(2);
const store = new LocalStore(folder);
const firsts = JSON.parse(versions) as number[];
await Promise.all(keys.map((key, index) => write(store, key, firsts[index] ?? 1, (version) => writeSync(1, `${key} ${version}\n`))));
