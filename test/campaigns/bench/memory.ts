/** Prints the most memory that encoding plain rows takes above what the rows take, in kilobytes. Linux only. */
import { readFileSync, writeFileSync } from "node:fs";
import { superjsonSerializer } from "edgewater/serializer";
import { plainRows } from "./payloads.ts";

const peak = (): number => Number(/VmHWM:\s+(\d+)/.exec(readFileSync("/proc/self/status", "utf8"))?.[1]);
const rows = plainRows();
const serializer = superjsonSerializer();
const encode = process.argv[2] === "ours" ? serializer.encode : (value: unknown) => new TextEncoder().encode(JSON.stringify(value));
await encode(plainRows(100));
globalThis.gc?.();
// Forgets the peak until now.
writeFileSync("/proc/self/clear_refs", "5");
const before = peak();
await encode(rows);
console.log(peak() - before);
