import { thrownText } from "../../errors.ts";
import { type Analysis, annotated, isNativeLeaf, json, type Level, max, native } from "./analysis.ts";
import { type Refusal, refuse, tooDeep } from "./failures.ts";
import { Identities } from "./identities.ts";
import type { Settings } from "./options.ts";
import { registryOf } from "./registry.ts";
import { run } from "./reuse.ts";
import { lostSymbol, type Parts, setOwn } from "./typed-values/checks.ts";
import { encodeSparse, hasHoles, lostHidden } from "./typed-values/collection.ts";
import { customOf } from "./typed-values/custom.ts";
import { isBareDate } from "./typed-values/date.ts";
import { type EncodeContext, encodeTyped } from "./typed-values/encode.ts";
import type { Encoded, Type } from "./typed-values/encoded-form.ts";
import { closedType, integrityOf } from "./typed-values/integrity.ts";
import { isForeignArray, isForeignObject } from "./typed-values/other-realms.ts";
import { hasExtraNames } from "./typed-values/own-names.ts";
import { Patterns } from "./typed-values/patterns.ts";
import { SharedBuffers } from "./typed-values/shared-buffers.ts";

/** How many leaves make it worth while to leave a part to `JSON.stringify`. */
const plainLeaves = 50;

/** It recurses this deep at a time, so that the stack of every runtime is enough. */
const stride = 400;

/** Up to this length each element of an array is looked up with its attributes; longer ones are copied. */
const shortArray = 16;

/** Longer arrays are always read by their keys, because copying the holes of a sparse one would take long. */
const longestCopy = 2 ** 25;

const emptyRegistry = registryOf({}, {}, undefined);

interface Pending {
  readonly value: object;
  readonly depth: number;
}

/** Looks over one value after the other, and takes a snapshot of what could answer differently the next time. */
export class Analyzer {
  readonly #settings: Settings;
  readonly #references: boolean;
  #hasCustom = false;
  /** Whether code of the user ran, which may have changed what was looked at before. */
  #hasRun = false;
  /** Whether everything is copied when it is looked at. */
  #copiesAll = false;
  /** `json` where somebody has given all objects a `toJSON`, which `JSON.stringify` would call. */
  #plainLevel: Level = native;
  #root: unknown;
  #identities = new Identities();
  #encoded = new Map<unknown, Encoded>();
  #buffers = new SharedBuffers();
  #context: EncodeContext;
  #pending: Pending[] = [];
  #plain: [value: object, snapshot: object][] = [];
  #leaves = 0;
  #floor = stride;

  constructor(settings: Settings) {
    this.#settings = settings;
    this.#references = settings.references;
    this.#context = { settings, patterns: new Patterns() };
  }

  /** Forgets the value. */
  clear(): void {
    this.#hasRun = false;
    this.#copiesAll = false;
    this.#root = undefined;
    this.#identities = new Identities();
    this.#encoded = new Map();
    this.#buffers = new SharedBuffers();
    this.#context = { settings: this.#settings, patterns: new Patterns() };
    this.#pending = [];
    this.#plain = [];
    this.#leaves = 0;
    this.#floor = stride;
  }

  /** @throws `SerializationError` with the path of the first value that would be changed, in `field` */
  analyze(root: unknown): Analysis {
    const analysis = this.#analyze(root);
    if (!this.#hasRun) return analysis;
    this.clear();
    this.#copiesAll = true;
    return this.#analyze(root);
  }

  #analyze(root: unknown): Analysis {
    this.#root = root;
    this.#hasCustom = this.#settings.registry.hasCustom();
    this.#plainLevel = "toJSON" in (Array.prototype as object) ? json : native;
    const pending = this.#pending;
    let level = this.#look(root, 0);
    const isDeep = pending.length > 0;
    for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
      this.#floor = next.depth + stride;
      level = max(level, this.#lookInto(next.value, next.depth));
    }
    if (this.#references) this.#buffers.share(this.#encoded);
    const { shared } = this.#identities;
    const encoded = this.#encoded;
    const plain = new Map<unknown, object>(isDeep || shared.size > 0 ? [] : this.#plain);
    const snapshot = encoded.get(root);
    // Without it, most values need no look at what is encoded.
    const isOnly = encoded.size === 1 && snapshot?.parts !== undefined && snapshot.type === undefined && !shared.has(root);
    if (isOnly) encoded.clear();
    return {
      root: isOnly ? snapshot.parts : root,
      isJson: level <= json && shared.size === 0,
      isNative: (level === native && shared.size === 0 && !isDeep) || plain.has(root),
      shared,
      plain,
      encoded,
      hasCustom: this.#hasCustom,
      leaves: this.#leaves,
    };
  }

  #refuse(refusal: Refusal): never {
    return refuse(this.#root, refusal, this.#encoded);
  }

  #look(value: unknown, depth: number): Level {
    this.#leaves++;
    if (this.#hasCustom && this.#lookAtCustom(value, depth)) return annotated;
    if (isNativeLeaf(value)) return native;
    if (typeof value === "object")
      return value === null || (this.#references && !this.#identities.isNew(value)) ? native : this.#lookInto(value, depth + 1);
    // superjson says which places have the same NaN, as it does for bigints.
    if (this.#references && Number.isNaN(value)) this.#identities.isNew(value);
    else if (this.#references && typeof value === "bigint") this.#identities.addBigInt(value);
    else if (typeof value === "function") this.#refuse({ culprit: value, problem: "a function has no bytes; store what it computes" });
    else if (typeof value === "symbol" && this.#settings.registry.nameOfSymbol(value) === undefined)
      this.#refuse({ culprit: value, problem: "a symbol has no bytes; register it or store its description" });
    return annotated;
  }

  #lookInto(value: object, depth: number): Level {
    const { maxDepth } = this.#settings;
    if (depth > maxDepth) this.#refuse({ culprit: value, problem: tooDeep(maxDepth) });
    if (depth > this.#floor) {
      this.#pending.push({ value, depth });
      return native;
    }
    const start = this.#leaves;
    const mark = this.#plain.length;
    const level = Array.isArray(value) ? this.#lookAtArray(value, depth) : this.#lookAtObject(value, depth);
    if (level !== native) return level;
    if (this.#leaves - start > plainLeaves) {
      this.#plain.length = mark;
      this.#plain.push([value, value]);
    }
    return native;
  }

  #lookAtArray(array: unknown[], depth: number): Level {
    const prototype = Object.getPrototypeOf(array) as object;
    if (prototype !== Array.prototype && !isForeignArray(prototype))
      this.#refuse({ culprit: array, problem: "a subclass of Array would come back as an Array; copy it with Array.from" });
    if (!this.#settings.isStrict) return this.#lookAtTrustedArray(array, depth);
    const { length } = array;
    if (length > longestCopy || hasExtraNames(array)) return this.#lookAtSparse(array, depth);
    this.#checkSymbols(array);
    const isOpen = Object.isExtensible(array) && Object.getOwnPropertyDescriptor(array, "length")?.writable === true;
    if (isOpen && length <= shortArray && !this.#copiesAll) {
      let isUsual = this.#plainLevel === native;
      for (let index = 0; index < length; index++) {
        const property = Object.getOwnPropertyDescriptor(array, index);
        if (property === undefined) return this.#lookAtSparse(array, depth);
        if (!property.enumerable) this.#refuse({ culprit: array, problem: lostHidden(String(index)) });
        isUsual &&= property.writable === true && property.enumerable === true && property.configurable === true;
      }
      if (isUsual) return this.#lookAtElements(array, depth);
    }
    return this.#lookAtSnapshot(array, depth);
  }

  /** Reads each element once. */
  #lookAtSnapshot(array: unknown[], depth: number): Level {
    const snapshot = this.#read(array, undefined, () => Array.prototype.slice.call(array));
    if (hasHoles(snapshot)) return this.#lookAtSparse(array, depth);
    if (array.length <= shortArray && Object.keys(array).length !== array.length)
      this.#refuse({ culprit: array, problem: "a hidden element would come back visible; make it enumerable" });
    const type = this.#closedType(array, array.length <= shortArray);
    this.#encoded.set(array, { type, parts: snapshot, isOpaque: false });
    const start = this.#leaves;
    const mark = this.#plain.length;
    const level = this.#lookAtElements(snapshot, depth);
    // An element may have been a getter.
    this.#hasRun ||= array.length <= shortArray;
    if (type !== undefined) return annotated;
    if (level === native && this.#plainLevel === native) {
      this.#plain.length = mark;
      if (this.#leaves - start > plainLeaves || array === this.#root) this.#plain.push([array, snapshot]);
    }
    return max(level, json);
  }

  #lookAtTrustedArray(array: unknown[], depth: number): Level {
    if (array.length > longestCopy || hasHoles(array) || hasExtraNames(array)) return this.#lookAtSparse(array, depth);
    return max(this.#lookAtElements(array, depth), this.#levelOfToJSON(array));
  }

  /** `JSON.stringify` would call the method that a value inherits, and would lose one that is its own. */
  #levelOfToJSON(value: object): Level {
    if (typeof (value as { toJSON?: unknown }).toJSON !== "function") return native;
    if (Object.hasOwn(value, "toJSON")) this.#refuse({ culprit: value, problem: lostHidden("toJSON") });
    return json;
  }

  #lookAtSparse(array: unknown[], depth: number): Level {
    const encoded = this.#read(array, undefined, () => encodeSparse(array));
    return this.#lookAtEncoded(array, encoded, depth);
  }

  #lookAtElements(array: readonly unknown[], depth: number): Level {
    const repeated = this.#references && !this.#hasCustom ? this.#identities.addObjects(array) : undefined;
    let level: Level = native;
    for (let start = 0; start < array.length; start += run) level = max(level, this.#lookAtRun(array, start, repeated, depth));
    return level;
  }

  #lookAtRun(array: readonly unknown[], start: number, repeated: ReadonlySet<number> | undefined, depth: number): Level {
    let level: Level = native;
    const end = Math.min(start + run, array.length);
    for (let index = start; index < end; index++) {
      const element = array[index];
      if (repeated === undefined || typeof element !== "object" || element === null) level = max(level, this.#look(element, depth));
      else if (repeated.size === 0 || !repeated.has(index)) {
        this.#leaves++;
        level = max(level, this.#lookInto(element, depth + 1));
      }
    }
    return level;
  }

  #lookAtObject(value: object, depth: number): Level {
    const prototype = Object.getPrototypeOf(value) as object | null;
    if (prototype === Object.prototype) return this.#lookAtPlain(value, depth);
    if (prototype === Date.prototype && !this.#copiesAll && isBareDate(value as Date, this.#settings.isStrict)) return annotated;
    return this.#lookAtTyped(value, prototype, depth);
  }

  #lookAtTyped(value: object, prototype: object | null, depth: number): Level {
    const encoded = this.#read(value, undefined, () => encodeTyped(value, this.#context));
    if (typeof encoded === "string" && isForeignObject(prototype)) return this.#lookAtPlain(value, depth);
    return this.#lookAtEncoded(value, encoded, depth);
  }

  #lookAtEncoded(value: object, encoded: Encoded | string, depth: number): Level {
    if (typeof encoded === "string") this.#refuse({ culprit: value, problem: encoded });
    const { parts, bytes } = encoded;
    this.#encoded.set(value, bytes !== undefined && this.#copiesAll ? { type: encoded.type, bytes: bytes.slice() } : encoded);
    if (bytes !== undefined || ArrayBuffer.isView(value)) this.#buffers.add(value);
    if (encoded.type === '"map"') this.#lookAtRows(parts as [unknown, unknown][], depth + 1);
    else if (Array.isArray(parts)) this.#lookAtElements(parts, depth);
    else if (parts !== undefined) for (const key of Object.keys(parts)) this.#look((parts as Parts)[key], depth);
    return annotated;
  }

  /** Rows of a Map are written as arrays, one level below it. */
  #lookAtRows(rows: readonly [unknown, unknown][], depth: number): void {
    const { maxDepth } = this.#settings;
    if (rows.length > 0 && depth > maxDepth) this.#refuse({ culprit: rows[0], problem: tooDeep(maxDepth) });
    for (const [key, value] of rows) {
      this.#leaves++;
      this.#look(key, depth);
      this.#look(value, depth);
    }
  }

  #lookAtPlain(value: object, depth: number): Level {
    if (!this.#settings.isStrict) return this.#lookAtTrusted(value, depth);
    const names = Object.getOwnPropertyNames(value);
    const isOpen = Object.isExtensible(value);
    this.#checkSymbols(value);
    let level: Level = this.#plainLevel;
    if (this.#copiesAll) return this.#lookAtUnusual(value, names, 0, level, depth);
    const hasCustom = this.#hasCustom;
    let leaves = 0;
    for (let index = 0; index < names.length; index++) {
      const property = Object.getOwnPropertyDescriptor(value, names[index] as string);
      if (property?.writable !== true || property.enumerable !== true || property.configurable !== true)
        return this.#lookAtUnusual(value, names, index, level, depth);
      const part: unknown = property.value;
      if (!hasCustom && isNativeLeaf(part)) leaves++;
      else level = max(level, this.#look(part, depth));
    }
    this.#leaves += leaves;
    return isOpen ? level : this.#lookAtUnusual(value, names, names.length, level, depth);
  }

  /**
   * Reads the rest of an object with getters, or one that is closed.
   *
   * @param from - The first of the names that has not been looked at
   */
  #lookAtUnusual(value: object, names: readonly string[], from: number, before: Level, depth: number): Level {
    const parts: Parts = {};
    for (const name of names) {
      const property = Object.getOwnPropertyDescriptor(value, name);
      if (property?.enumerable === false) this.#refuse({ culprit: value, problem: lostHidden(name) });
      const isAccessor = property?.get !== undefined || property?.set !== undefined;
      this.#hasRun ||= isAccessor;
      setOwn(parts, name, isAccessor ? this.#read(value, name, () => (value as Parts)[name]) : property?.value);
    }
    const type = this.#closedType(value, true);
    this.#encoded.set(value, { type, parts, isOpaque: false });
    let level: Level = before;
    for (const name of names.slice(from)) level = max(level, this.#look(parts[name], depth));
    return max(level, type === undefined ? json : annotated);
  }

  /** Looks at an object of which nothing unusual is expected. */
  #lookAtTrusted(value: object, depth: number): Level {
    const hasCustom = this.#hasCustom;
    let level: Level = native;
    let leaves = 0;
    // Making a list of the parts would take as long as looking at them.
    for (const key in value) {
      const part = (value as Parts)[key];
      if (!hasCustom && isNativeLeaf(part)) leaves++;
      else if (Object.hasOwn(value, key)) level = max(level, this.#look(part, depth));
    }
    this.#leaves += leaves;
    return max(level, this.#levelOfToJSON(value));
  }

  #checkSymbols(value: object): void {
    const symbols = Object.getOwnPropertySymbols(value);
    if (symbols.length > 0) this.#refuse({ culprit: value, problem: lostSymbol(symbols[0] as symbol) });
  }

  #closedType(value: object, isLooked: boolean): Type | undefined {
    if (!isLooked && Object.isExtensible(value)) return undefined;
    const integrity = integrityOf(value);
    if (integrity === "mixed")
      this.#refuse({ culprit: value, problem: "properties that cannot be changed would come back changeable; freeze all of them or none" });
    return integrity === undefined ? undefined : closedType(integrity, undefined);
  }

  /** Whether a custom transformer of the user writes a value. */
  #lookAtCustom(value: unknown, depth: number): boolean {
    const isShareable =
      (typeof value === "object" && value !== null) || typeof value === "function" || typeof value === "bigint" || Number.isNaN(value);
    const known = this.#encoded.get(value)?.isCustom === true;
    const custom = known ? undefined : this.#read(value, undefined, () => customOf(value, this.#settings.registry));
    if (!known && custom === undefined) return false;
    if (this.#references && isShareable && !this.#identities.isNew(value)) return true;
    if (custom === undefined) return true;
    this.#hasRun = true;
    const { type, output, isDeep } = custom;
    if (isDeep) {
      const { maxDepth } = this.#settings;
      if (depth >= maxDepth) this.#refuse({ culprit: value, problem: tooDeep(maxDepth) });
      this.#lookAtEncoded(value as object, { type, parts: output as object, isOpaque: true, isCustom: true }, depth + 1);
      return true;
    }
    const strict = { ...this.#settings, references: false, isStrict: true, registry: emptyRegistry };
    const text = new Analyzer(strict).analyze(output).isNative ? JSON.stringify(output) : undefined;
    if (text === undefined) this.#refuse({ culprit: value, problem: `its custom transformer ${type} returns what JSON would change` });
    this.#encoded.set(value, { type, text, isCustom: true });
    return true;
  }

  /** Runs what may call code of the user: getters, proxies and transformers. */
  #read<Result>(culprit: unknown, key: string | undefined, work: () => Result): Result {
    try {
      return work();
    } catch (cause) {
      return this.#refuse({ culprit, key, problem: `reading it failed: ${thrownText(cause)}`, cause });
    }
  }
}
