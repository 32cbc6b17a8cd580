import { superjsonSerializer } from "edgewater/serializer";
import * as fc from "fast-check";
import { SuperJSON } from "superjson";
import { anything, graph, superjsonGraph } from "./arbitrary.ts";
import { same } from "./same.ts";

const serializer = superjsonSerializer();
type Bytes = Uint8Array<ArrayBuffer>;

/** A name, and a check of so many values that throws with the smallest one that breaks the law. */
type Law = readonly [name: string, hold: (runs: number) => void];

/** The laws of the serializer, compared with one version of superjson. */
export function lawsAgainst(Class: typeof SuperJSON): readonly Law[] {
  return [
    ["what is written is read back the same", (runs) => hold(graph, runs, roundTrips)],
    ["what superjson keeps is its very text", (runs) => hold(superjsonGraph, runs, (value) => isItsText(value, Class))],
    ["what superjson writes of it is read the same", (runs) => hold(superjsonGraph, runs, (value) => readsSuperjson(value, Class))],
    ["superjson reads the same, or throws", (runs) => hold(graph, runs, (value) => superjsonReadsOrThrows(value, Class))],
    ["any value comes back the same, or is refused with its path", (runs) => hold(anything, runs, roundTripsOrIsRefused)],
    ["however its JSON is laid out, it reads the same", (runs) => hold(graph, runs, readsAnyLayout)],
    [
      "damaged bytes give a value or a SerializationError, and pollute nothing",
      (runs) =>
        hold(
          fc.tuple(graph, fc.array(fc.tuple(fc.nat(), fc.nat({ max: 255 })), { minLength: 1, maxLength: 4 }), fc.nat({ max: 3 })),
          runs,
          survivesDamage,
        ),
    ],
  ];
}

export const laws: readonly Law[] = lawsAgainst(SuperJSON);

/** What is wrong between this package and a version of superjson about one value; undefined when nothing is. */
export function problemWith(Class: typeof SuperJSON, value: unknown): string | undefined {
  if (!isItsText(value, Class)) return "the bytes differ from those of superjson";
  if (!readsSuperjson(value, Class)) return "superjson's bytes are read otherwise";
  return superjsonReadsOrThrows(value, Class) ? undefined : "superjson reads the bytes otherwise";
}

function hold<Value>(values: fc.Arbitrary<Value>, numRuns: number, law: (value: Value) => boolean): void {
  fc.assert(fc.property(values, law), { numRuns });
}

function encode(value: unknown): Bytes {
  return serializer.encode(value) as Bytes;
}

function roundTrips(value: unknown): boolean {
  const bytes = encode(value);
  return same(value, serializer.decode(bytes)) && same(serializer.decode(encode(value)), serializer.decode(bytes));
}

function roundTripsOrIsRefused(value: unknown): boolean {
  let bytes: Bytes;
  try {
    bytes = encode(value);
  } catch (error) {
    const { code, field } = error as { code?: string; field?: string };
    if (code !== "SerializationError" || !field?.startsWith("$")) throw error;
    return true;
  }
  return same(value, serializer.decode(bytes));
}

/** superjson, when it gives back what it was given; else undefined. */
function superjsonText(value: unknown, Class: typeof SuperJSON): string | undefined {
  try {
    const text = new Class().stringify(value);
    return same(value, new Class().parse(text)) ? text : undefined;
  } catch {
    return undefined;
  }
}

function isItsText(value: unknown, Class: typeof SuperJSON): boolean {
  const text = superjsonText(value, Class);
  if (text === undefined) return true;
  const bytes = encode(value);
  // A container and the numbered form are ours alone.
  if (bytes[0] !== "{".charCodeAt(0)) return true;
  const ours = new TextDecoder().decode(bytes);
  if (ours.includes('[["edgewater","numbered",')) return true;
  return text === ours || (isRightByAccident(value) && text === ours.replace(/,\{"\\\\edgewater":\[\]\}|"\\\\edgewater":\[\],/, ""));
}

/** Circles in a Set or as keys of a Map, or one beside null: all are null in the text, and superjson may or may not tell them apart. */
function isRightByAccident(value: unknown): boolean {
  const seen = new Set<unknown>();
  const holds = (part: unknown): boolean => {
    if (typeof part !== "object" || part === null || seen.has(part)) return false;
    seen.add(part);
    if ((part instanceof Map || part instanceof Set) && [...part.keys()].filter((key) => typeof key === "object").length > 1) return true;
    return (
      part instanceof Map ? [...part].flat() : part instanceof Set ? [...part] : [...Object.values(part), (part as Error).cause]
    ).some(holds);
  };
  return holds(value);
}

function readsSuperjson(value: unknown, Class: typeof SuperJSON): boolean {
  const text = superjsonText(value, Class);
  return text === undefined || same(value, serializer.decode(new TextEncoder().encode(text)));
}

/** Text as it is usually written takes a shorter way than any other. */
function readsAnyLayout(value: unknown): boolean {
  const bytes = encode(value);
  if (bytes[0] !== "{".charCodeAt(0)) return true;
  const { json, meta } = JSON.parse(new TextDecoder().decode(bytes)) as { json: unknown; meta?: unknown };
  const other = JSON.stringify(meta === undefined ? { json } : { meta, json }, null, 1);
  return same(serializer.decode(bytes), serializer.decode(new TextEncoder().encode(other)));
}

function superjsonReadsOrThrows(value: unknown, Class: typeof SuperJSON): boolean {
  const bytes = encode(value);
  let read: unknown;
  try {
    read = new Class().parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    return true;
  }
  return same(value, read);
}

function survivesDamage([value, changes, cut]: [unknown, [number, number][], number]): boolean {
  const bytes = encode(value);
  for (const [at, byte] of changes) bytes[at % bytes.length] = byte;
  try {
    serializer.decode(cut === 0 ? bytes.slice(0, (changes[0]?.[0] ?? 0) % bytes.length) : bytes);
  } catch (error) {
    if ((error as { code?: string }).code !== "SerializationError") throw error;
  }
  return Object.keys(Object.prototype).length === 0 && !("polluted" in {});
}
