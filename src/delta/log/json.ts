/**
 * JSON without loss. `JSON.parse` rounds 9007199254740993, and an engine that skips files by such a statistic loses rows.
 *
 * @module
 */
import { EdgewaterError } from "../../errors.ts";

/** A number that neither a `number` nor a `bigint` holds exactly, such as 1.0000000000000000001. */
export class JsonNumber {
  /** The number as it was written. */
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** A whole number beyond 2^53 is a `bigint`. */
export type JsonValue = null | boolean | number | bigint | string | JsonNumber | readonly JsonValue[] | JsonObject;
export type JsonObject = { readonly [name: string]: JsonValue };

/** Deeper than any log, schema or statistics, and shallow enough for every stack. */
const deepest = 500;

/** Longer whole numbers stay text: no type of a table has them, and making them costs more than linear time. */
const mostDigits = 400;

/** Most texts have no run of so many digits at all, which is quick to see. */
const manyDigits = /[\d.]{16}/;

/** A number with so many digits that a `number` may round it, after an array's bracket or comma or an object's name. */
const mayRound = /(?:^|[[,]|(?<=(?:^|[^\\])(?:\\\\)*)"\s*:)\s*-?[\d.]{16}/;

/**
 * Parses JSON; every number keeps its value.
 *
 * @throws `SyntaxError`
 */
export function parseJson(text: string): JsonValue {
  return manyDigits.test(text) && mayRound.test(text) ? new Parser(text).whole() : JSON.parse(text);
}

/**
 * Prints a value as JSON in one line. A member that is undefined is left out.
 *
 * @throws `SerializationError` for a number that JSON does not have
 */
export function printJson(value: unknown): string {
  if (typeof value === "bigint") return String(value);
  if (typeof value === "number") {
    if (Number.isFinite(value)) return JSON.stringify(value);
    throw new EdgewaterError("SerializationError", `Cannot print ${value} as JSON, which has only finite numbers`);
  }
  if (value instanceof JsonNumber) return value.text;
  if (Array.isArray(value)) return `[${value.map((item) => printJson(item ?? null)).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${printJson(member)}`).join(",")}}`;
}

const space = /[ \t\n\r]*/y;
const token = /-?(?:0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?|true|false|null/y;

class Parser {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  whole(): JsonValue {
    const value = this.#value(0);
    this.#skip();
    if (this.#at < this.#text.length) throw this.#error("more text");
    return value;
  }

  #value(depth: number): JsonValue {
    if (depth > deepest) throw this.#error(`values more than ${deepest} deep`);
    this.#skip();
    const first = this.#text[this.#at];
    if (first === "{") return this.#object(depth);
    if (first === "[") return this.#array(depth);
    if (first === '"') return this.#string();
    token.lastIndex = this.#at;
    const match = token.exec(this.#text);
    if (match === null) throw this.#error("no value");
    this.#at = token.lastIndex;
    return scalarOf(match[0], match[1] !== undefined || match[2] !== undefined);
  }

  #object(depth: number): JsonObject {
    const object: Record<string, JsonValue> = {};
    this.#at++;
    if (this.#ends("}")) return object;
    for (;;) {
      this.#skip();
      const name = this.#string();
      this.#take(":");
      const value = this.#value(depth + 1);
      // An assignment would set the prototype.
      if (name === "__proto__") Object.defineProperty(object, name, { value, enumerable: true, configurable: true, writable: true });
      else object[name] = value;
      if (this.#ends("}")) return object;
      this.#take(",");
    }
  }

  #array(depth: number): JsonValue[] {
    const array: JsonValue[] = [];
    this.#at++;
    if (this.#ends("]")) return array;
    for (;;) {
      array.push(this.#value(depth + 1));
      if (this.#ends("]")) return array;
      this.#take(",");
    }
  }

  #string(): string {
    if (this.#text[this.#at] !== '"') throw this.#error("no string");
    let end = this.#at;
    do {
      end = this.#text.indexOf('"', end + 1);
      if (end < 0) throw this.#error("a string without an end");
    } while (this.#isEscaped(end));
    const text = this.#text.slice(this.#at, end + 1);
    this.#at = end + 1;
    return JSON.parse(text) as string;
  }

  #isEscaped(position: number): boolean {
    let start = position;
    while (this.#text[start - 1] === "\\") start--;
    return (position - start) % 2 === 1;
  }

  #ends(end: string): boolean {
    this.#skip();
    if (this.#text[this.#at] !== end) return false;
    this.#at++;
    return true;
  }

  #take(expected: string): void {
    this.#skip();
    if (this.#text[this.#at] !== expected) throw this.#error(`no ${expected}`);
    this.#at++;
  }

  #skip(): void {
    space.lastIndex = this.#at;
    space.exec(this.#text);
    this.#at = space.lastIndex;
  }

  #error(problem: string): SyntaxError {
    return new SyntaxError(`Invalid JSON: ${problem} at position ${this.#at}`);
  }
}

function scalarOf(text: string, hasFraction: boolean): null | boolean | number | bigint | JsonNumber {
  if (text === "true" || text === "false") return text === "true";
  if (text === "null") return null;
  const number = Number(text);
  if (!hasFraction) {
    if (Number.isSafeInteger(number)) return number;
    return text.length > mostDigits ? new JsonNumber(text) : BigInt(text);
  }
  // A number holds every decimal of 15 digits, and gives it back.
  const digits = text.replace(/[eE].*$/, "").replace(/^-?[0.]*|\./g, "");
  return digits.length <= 15 && Number.isFinite(number) ? number : new JsonNumber(text);
}
