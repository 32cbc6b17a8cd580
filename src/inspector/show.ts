import { isClass } from "../options.ts";
import {
  attempt,
  bigintText,
  bytesOf,
  classNameOf,
  dataProperty,
  getterOf,
  isErrorPrototype,
  type Numbers,
  nameOf,
  regexpText,
  temporalKind,
} from "./intrinsics.ts";

/**
 * A value as it is shown: as JSON has it, tagged where JSON has no word for it, cut where it is long.
 */
export type Shown =
  | null
  | boolean
  | number
  | string
  | {
      readonly $: "date" | "bigint" | "url" | "regexp" | "number" | "undefined" | "symbol" | "error" | "class" | "function" | "temporal";
      readonly v: string;
      readonly name?: string;
    }
  /** A text that is longer than what is shown of it: `of` UTF-16 units. */
  | { readonly $: "cut"; readonly v: string; readonly of: number }
  /** Something with members: `size` of them, of which the first are shown. With `isDeep`, none is shown because it lies too deep. */
  | {
      readonly $: "array" | "object" | "map" | "set" | "bytes" | "typed";
      readonly size: number;
      readonly name?: string;
      readonly of: readonly (readonly [key: Shown, value: Shown])[];
      readonly isDeep?: true;
    }
  /** The same object as the one at this path. */
  | { readonly $: "same"; readonly v: string };

/** How much is shown of a value at most. */
export interface ShowLimits {
  /** How deep; 6 unless given. What lies deeper is shown without its members. */
  readonly depth?: number;
  /** How many members of each array, object, Map or Set; 200 unless given. */
  readonly members?: number;
  /** How many characters of each text; 200 unless given. */
  readonly text?: number;
  /** How many characters the whole has as JSON, about; 200,000 unless given. */
  readonly total?: number;
}

/**
 * A value as it is shown. Never throws, and calls no code of the value's: no getter, no method, no iterator. Only a Proxy notices
 * that it is looked at, each of its traps at most once for each part that is shown.
 *
 * @example
 * ```ts
 * show({ at: new Date(0), rows: [1, 2] }); // { $: "object", size: 2, of: [["at", { $: "date", v: "1970-01-01T00:00:00.000Z" }], …] }
 * ```
 */
export function show(value: unknown, { depth = 6, members = 200, text = 200, total = 200_000 }: ShowLimits = {}): Shown {
  return new Showing({ depth, members, text }, total).show(value, "$", 0);
}

/** A text, cut where it is longer than a limit. */
export function showText(text: string, longest: number): Shown {
  return text.length > longest ? { $: "cut", v: text.slice(0, longest), of: text.length } : text;
}

/** One value that is being shown. */
class Showing {
  readonly #limits: Required<Omit<ShowLimits, "total">>;
  readonly #paths = new Map<object, string>();
  /** How many characters are left. */
  #left: number;

  constructor(limits: Required<Omit<ShowLimits, "total">>, total: number) {
    this.#limits = limits;
    this.#left = total;
  }

  show(value: unknown, path: string, depth: number): Shown {
    try {
      const shown = typeof value === "object" && value !== null ? this.#object(value, path, depth) : this.#leaf(value);
      this.#left -= sizeOf(shown);
      return shown;
    } catch {
      // A revoked Proxy, or a trap that throws.
      return { $: "object", size: 0, name: "unreadable", of: [] };
    }
  }

  #leaf(value: unknown): Shown {
    switch (typeof value) {
      case "string":
        return showText(value, Math.max(0, Math.min(this.#limits.text, this.#left)));
      case "number":
        return Number.isFinite(value) && !Object.is(value, -0) ? value : { $: "number", v: Object.is(value, -0) ? "-0" : String(value) };
      case "bigint":
        return { $: "bigint", v: this.#short(bigintText(value, this.#limits.text)) };
      case "undefined":
        return { $: "undefined", v: "" };
      case "symbol":
        return { $: "symbol", v: this.#short(value.description ?? "") };
      case "function":
        return { $: isClass(value) ? "class" : "function", v: this.#short(nameOf(value)) };
      default:
        return value as boolean | null;
    }
  }

  #object(value: object, path: string, depth: number): Shown {
    const known = this.#paths.get(value);
    if (known !== undefined) return { $: "same", v: known };
    this.#paths.set(value, path);
    if (Array.isArray(value)) return this.#list("array", value, path, depth);
    const prototype: object | null = Object.getPrototypeOf(value);
    if (prototype === null || prototype === Object.prototype) return this.#record(value, undefined, path, depth);
    return this.#leafOf(value, prototype) ?? this.#containerOf(value, prototype, path, depth);
  }

  /** An object that is shown as one text. */
  #leafOf(value: object, prototype: object): Shown | undefined {
    const time = attempt(() => Date.prototype.getTime.call(value));
    if (time !== undefined) return { $: "date", v: Number.isNaN(time) ? "Invalid Date" : new Date(time).toISOString() };
    const url = typeof URL === "function" ? attempt(() => getterOf(URL.prototype, "href").call(value) as unknown) : undefined;
    if (typeof url === "string") return { $: "url", v: this.#short(url) };
    const regexp = regexpText(value);
    return regexp === undefined ? this.#errorOf(value, prototype) : { $: "regexp", v: this.#short(regexp) };
  }

  #errorOf(value: object, prototype: object): Shown | undefined {
    const kind = temporalKind(value, prototype);
    if (kind !== undefined) return { $: "temporal", v: kind.text, name: kind.name };
    if (!isErrorPrototype(prototype)) return undefined;
    const message = dataProperty(value, "message");
    const name = classNameOf(prototype);
    return {
      $: "error",
      v: this.#short(typeof message === "string" ? message : ""),
      ...(name !== undefined && { name: this.#short(name) }),
    };
  }

  #containerOf(value: object, prototype: object, path: string, depth: number): Shown {
    const name = classNameOf(prototype);
    const mapSize = attempt(() => getterOf(Map.prototype, "size").call(value) as number);
    if (mapSize !== undefined) {
      const entries = Map.prototype.entries.call(value as Map<unknown, unknown>);
      return this.#entries("map", mapSize, name === "Map" ? undefined : name, entries, path, depth);
    }
    const setSize = attempt(() => getterOf(Set.prototype, "size").call(value) as number);
    if (setSize !== undefined) {
      const entries = Set.prototype.entries.call(value as Set<unknown>);
      return this.#entries("set", setSize, name === "Set" ? undefined : name, entries, path, depth);
    }
    const bytes = bytesOf(value);
    if (bytes !== undefined) return this.#numbers(bytes);
    return this.#record(value, name, path, depth);
  }

  #entries(
    tag: "map" | "set",
    size: number,
    name: string | undefined,
    entries: Iterator<[unknown, unknown]>,
    path: string,
    depth: number,
  ): Shown {
    const head = { $: tag, size, ...(name !== undefined && { name: this.#short(name) }) };
    if (this.#isDeep(depth)) return { ...head, of: [], isDeep: true };
    const of: [Shown, Shown][] = [];
    for (let index = 0; index < this.#limits.members && this.#left > 0; index++) {
      const next = entries.next();
      if (next.done) break;
      const [key, value] = next.value;
      const at = `${path}.${index}`;
      of.push(
        tag === "set"
          ? [index, this.show(value, at, depth + 1)]
          : [this.show(key, `${at}.key`, depth + 1), this.show(value, at, depth + 1)],
      );
    }
    return { ...head, of };
  }

  #list(tag: "array", value: object, path: string, depth: number): Shown {
    const length = dataProperty(value, "length");
    const size = typeof length === "number" ? length : 0;
    if (this.#isDeep(depth) && size > 0) return { $: tag, size, of: [], isDeep: true };
    const of: [Shown, Shown][] = [];
    for (let index = 0; index < Math.min(size, this.#limits.members) && this.#left > 0; index++)
      of.push([index, this.#member(value, String(index), `${path}[${index}]`, depth)]);
    return { $: tag, size, of };
  }

  #record(value: object, name: string | undefined, path: string, depth: number): Shown {
    const keys = Reflect.ownKeys(value).filter((key): key is string => typeof key === "string");
    const head = { $: "object" as const, size: keys.length, ...(name !== undefined && { name: this.#short(name) }) };
    if (this.#isDeep(depth) && keys.length > 0) return { ...head, of: [], isDeep: true };
    const of: [Shown, Shown][] = [];
    for (const key of keys) {
      if (of.length >= this.#limits.members || this.#left <= 0) break;
      const shown = showText(key, this.#limits.text);
      this.#left -= sizeOf(shown);
      of.push([shown, this.#member(value, key, `${path}.${key.slice(0, this.#limits.text)}`, depth)]);
    }
    return { ...head, of };
  }

  /** A property, without calling its getter. */
  #member(value: object, key: string, path: string, depth: number): Shown {
    const property = Object.getOwnPropertyDescriptor(value, key);
    if (property === undefined) return this.show(undefined, path, depth + 1);
    if (!("value" in property)) return { $: "function", v: property.get ? "getter" : "setter" };
    return this.show(property.value, path, depth + 1);
  }

  #numbers({ name, length, at }: Numbers): Shown {
    const of: [Shown, Shown][] = [];
    for (let index = 0; index < Math.min(length, this.#limits.members) && this.#left > 0; index++)
      of.push([index, this.show(at(index), "", 0)]);
    const isBytes = name === "Uint8Array" || name === "ArrayBuffer" || name === "Uint8ClampedArray";
    return { $: isBytes ? "bytes" : "typed", size: length, name, of };
  }

  #isDeep(depth: number): boolean {
    return depth >= this.#limits.depth || this.#left <= 0;
  }

  #short(text: string): string {
    return text.length > this.#limits.text ? `${text.slice(0, this.#limits.text)}…` : text;
  }
}

/** About how many characters a shown value adds to JSON, beside its members. */
function sizeOf(shown: Shown): number {
  if (typeof shown === "string") return shown.length + 3;
  if (typeof shown !== "object" || shown === null) return 8;
  return 24 + ("v" in shown ? shown.v.length : 0) + ("name" in shown ? (shown.name?.length ?? 0) : 0);
}
