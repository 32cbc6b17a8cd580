/**
 * The numbered form: annotations and shared places by number instead of by path, for values whose paths would be much longer
 * than the value. The parts of the text are numbered in the order in which they begin, and the root is 0.
 */
import type { Revival } from "./annotation-reader.ts";
import type { ByteWriter } from "./byte-writer.ts";
import { share } from "./equalities-reader.ts";
import { damaged } from "./failures.ts";
import type { Parts, Place } from "./places.ts";
import { count } from "./typed-values/checks.ts";
import type { Type } from "./typed-values/encoded-form.ts";

/** What `meta.values` begins with in this form. superjson does not know it and throws. */
export const numberedStart = '[["edgewater","numbered",';

/** Writes the annotations of this form, as the parts are written. */
export class NumberedAnnotations {
  readonly #types: (number | Type)[] = [];
  readonly #links: number[] = [];
  #lastTyped = -1;
  #lastLinked = 0;

  annotate(number: number, type: Type): void {
    this.#types.push(number - this.#lastTyped, type);
    this.#lastTyped = number;
  }

  /** A part is the object of an earlier part. */
  link(number: number, earlier: number): void {
    this.#links.push(number - this.#lastLinked, earlier);
    this.#lastLinked = number;
  }

  write(bytes: ByteWriter): void {
    bytes.raw(numberedStart);
    writeList(bytes, this.#types);
    bytes.raw(",");
    writeList(bytes, this.#links);
    bytes.raw("]]");
  }
}

/** Types are JSON already. */
function writeList(bytes: ByteWriter, items: readonly (number | Type)[]): void {
  bytes.raw("[");
  for (const [index, item] of items.entries()) {
    if (index > 0) bytes.raw(",");
    if (typeof item === "number") bytes.number(item);
    else bytes.raw(item);
  }
  bytes.raw("]");
}

interface Frame {
  readonly raw: Parts;
  /** None of an array. */
  readonly keys: readonly string[] | undefined;
  readonly length: number;
  readonly leave: (() => void) | undefined;
  index: number;
}

/**
 * Makes what the annotations of this form say, in one walk over the JSON.
 *
 * @param mostParts - More than the JSON can have
 */
export function readNumbered(values: unknown, payload: Parts, revival: Revival, mostParts: number): void {
  const [[, , types, links]] = values as [unknown[]];
  if (!Array.isArray(types) || !Array.isArray(links)) throw damaged("its numbered annotations are not lists");
  const typed = new Pairs(types, -1);
  const linked = new Pairs(links, 0);
  const targets = new Map<number, Place | undefined>();
  for (let at = 1; at < links.length; at += 2) targets.set(count(links[at], mostParts), undefined);
  const shared: [place: Place, earlier: number][] = [];
  const frames: Frame[] = [];
  let number = -1;
  const visit = (holder: Parts, key: string | number): void => {
    number++;
    const raw = holder[key];
    let leave: (() => void) | undefined;
    if (linked.isNext(number)) {
      const earlier = linked.take() as number;
      if (raw !== null || earlier >= number) throw damaged(`part ${number} does not share an earlier one`);
      shared.push([{ holder, key }, earlier]);
    } else if (typed.isNext(number)) {
      const type = typed.take();
      leave = revival.revive(holder, key, type, JSON.stringify(type));
    }
    if (targets.has(number)) targets.set(number, { holder, key });
    if (typeof raw === "object" && raw !== null) {
      const keys = Array.isArray(raw) ? undefined : Object.keys(raw);
      frames.push({ raw: raw as Parts, keys, length: keys?.length ?? (raw as unknown[]).length, leave, index: 0 });
    } else leave?.();
  };
  visit(payload, "json");
  for (let frame = frames.at(-1); frame !== undefined; frame = frames.at(-1)) {
    if (frame.index === frame.length) {
      frame.leave?.();
      frames.pop();
      continue;
    }
    const index = frame.index++;
    visit(frame.raw, frame.keys === undefined ? index : (frame.keys[index] as string));
  }
  if (!typed.isDone || !linked.isDone) throw damaged("its annotations go on behind its last part");
  for (const [place, earlier] of shared) {
    const target = targets.get(earlier);
    const value = target?.holder[target.key];
    if (typeof value !== "object" || value === null) throw damaged(`part ${earlier} is not an object that can be shared`);
    share(value, place);
  }
}

/** A list of gaps between numbers, each followed by the annotation of that number. */
class Pairs {
  readonly #items: readonly unknown[];
  #at = 0;
  #number: number;

  constructor(items: readonly unknown[], start: number) {
    if (items.length % 2 !== 0) throw damaged("a list of numbered annotations is cut off");
    this.#items = items;
    this.#number = start + this.#gap();
  }

  #gap(): number {
    if (this.isDone) return 0;
    const gap = count(this.#items[this.#at], Number.MAX_SAFE_INTEGER);
    if (gap === 0) throw damaged("a part is annotated twice");
    return gap;
  }

  get isDone(): boolean {
    return this.#at === this.#items.length;
  }

  isNext(number: number): boolean {
    return !this.isDone && this.#number === number;
  }

  take(): unknown {
    const item = this.#items[this.#at + 1];
    this.#at += 2;
    this.#number += this.#gap();
    return item;
  }
}
