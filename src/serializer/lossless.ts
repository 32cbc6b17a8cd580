import { EdgewaterError } from "../errors.ts";

/** superjson recurses, and needs more stack than this on some runtimes for a little more. */
const maximumDepth = 500;

/** superjson refuses these keys, because they could pollute a prototype. */
const forbiddenKeys = new Set(["__proto__", "constructor", "prototype"]);

const floatArrays = new Set(["Float32Array", "Float64Array"]);
const integerArrays = new Set(["Int8Array", "Uint8Array", "Uint8ClampedArray", "Int16Array", "Uint16Array", "Int32Array", "Uint32Array"]);

/** What superjson 2.2.6 writes without loss by a rule of its own, by class. */
const keptClasses = new Set(["Date", "RegExp", "Map", "Set", "URL", "Error"]);

interface Visit {
  readonly value: unknown;
  readonly path: Path | undefined;
  readonly depth: number;
}

/** Where a value lies, as a list from the leaf up: no path is written down unless something is refused. */
interface Path {
  readonly parent: Path | undefined;
  readonly key: string | number;
}

/**
 * Refuses what superjson 2.2.6 would change silently, or write and then fail to read. The walk is iterative and visits
 * a shared object once.
 *
 * @throws `SerializationError` with the JSON path in `field`
 */
export function refuseLossy(root: unknown): void {
  const seen = new Set<object>();
  const pending: Visit[] = [{ value: root, path: undefined, depth: 0 }];
  for (let visit = pending.pop(); visit !== undefined; visit = pending.pop()) {
    const { value, path, depth } = visit;
    const problem = problemOfLeaf(value);
    if (problem !== undefined) refuse(problem, path);
    if (typeof value !== "object" || value === null || seen.has(value)) continue;
    seen.add(value);
    if (depth > maximumDepth) refuse(`it lies more than ${maximumDepth} levels deep; flatten the value`, path);
    for (const [key, child] of childrenOf(value, path)) pending.push({ value: child, path: { parent: path, key }, depth: depth + 1 });
  }
}

function problemOfLeaf(value: unknown): string | undefined {
  if (typeof value === "function") return "a function has no bytes; store what it computes";
  if (typeof value === "symbol") return "a symbol has no bytes; store its description";
  return undefined;
}

function childrenOf(value: object, path: Path | undefined): Iterable<readonly [string | number, unknown]> {
  if (Array.isArray(value)) return elementsOf(value, path);
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Object.prototype) return propertiesOf(value, path);
  if (prototype === null) refuse("its prototype is null, which would become Object.prototype; spread it into a plain object", path);
  const name = classOf(value);
  if (name === undefined) refuse(unknownClass(value), path);
  const problem = problemOfInstance(name, value);
  if (problem !== undefined) refuse(problem, path);
  if (name === "Map") return entriesOf(value as Map<unknown, unknown>);
  if (name === "Set") return [...(value as Set<unknown>).values()].entries();
  return [];
}

/** The built-in class whose very instance a value is; a subclass is none of them, because its class would be lost. */
function classOf(value: object): string | undefined {
  const name = Object.prototype.toString.call(value).slice("[object ".length, -1);
  const prototype = (globalThis as Record<string, unknown>)[name] as { prototype?: unknown } | undefined;
  const isKnown = keptClasses.has(name) || floatArrays.has(name) || integerArrays.has(name);
  return isKnown && Object.getPrototypeOf(value) === prototype?.prototype ? name : undefined;
}

function unknownClass(value: object): string {
  const name = value.constructor?.name;
  const kind = typeof name === "string" && name !== "" ? `an instance of ${name}` : "an object of an unknown class";
  return `${kind} would not come back as one; convert it to plain data`;
}

function problemOfInstance(name: string, value: object): string | undefined {
  if (integerArrays.has(name)) return undefined;
  if (floatArrays.has(name)) return problemOfFloats(name, value as Float64Array);
  if (name === "Date" && Number.isNaN((value as Date).getTime())) return "an invalid Date would become null";
  if (name === "RegExp" && (value as RegExp).lastIndex !== 0) return "the lastIndex of a RegExp would be lost; set it to 0";
  if (name === "Error" && Object.hasOwn(value, "cause")) return "the cause of an Error would be lost; store its message";
  const [extra] = Object.keys(value);
  return extra === undefined ? undefined : `its own property ${JSON.stringify(extra)} would be lost`;
}

function problemOfFloats(name: string, array: Float64Array): string | undefined {
  const index = array.findIndex((element) => !Number.isFinite(element) || Object.is(element, -0));
  return index < 0
    ? undefined
    : `a ${name} with ${describe(array[index])} at index ${index} would come back with 0 there; use an array of numbers`;
}

function* elementsOf(array: readonly unknown[], path: Path | undefined): Iterable<readonly [number, unknown]> {
  if (Object.getPrototypeOf(array) !== Array.prototype) refuse("a subclass of Array would come back as an Array", path);
  const keys = Object.keys(array).length;
  if (keys < array.length) refuse("an array with holes would come back with null in them; fill it", path);
  if (keys > array.length || Object.getOwnPropertySymbols(array).length > 0)
    refuse("an array with properties of its own would lose them; store an object", path);
  yield* array.entries();
}

function* entriesOf(map: Map<unknown, unknown>): Iterable<readonly [string, unknown]> {
  let index = 0;
  for (const [key, value] of map) {
    yield [`key ${index}`, key];
    yield [typeof key === "string" ? key : `value ${index}`, value];
    index++;
  }
}

function* propertiesOf(object: object, path: Path | undefined): Iterable<readonly [string, unknown]> {
  const symbol = Object.getOwnPropertySymbols(object)[0];
  if (symbol !== undefined) refuse(`its property ${String(symbol)} would be lost; use a string as the key`, path);
  for (const key of Object.keys(object)) {
    if (forbiddenKeys.has(key)) refuse(`superjson cannot hold the key ${JSON.stringify(key)}; use a Map`, { parent: path, key });
    yield [key, (object as Record<string, unknown>)[key]];
  }
}

function describe(value: unknown): string {
  return Object.is(value, -0) ? "-0" : String(value);
}

function refuse(problem: string, path: Path | undefined): never {
  const field = format(path);
  throw new EdgewaterError("SerializationError", `superjson cannot write the value at ${field} without loss: ${problem}`, { field });
}

function format(path: Path | undefined): string {
  let text = "";
  for (let at = path; at !== undefined; at = at.parent) {
    const { key } = at;
    const isName = typeof key === "string" && /^[A-Za-z_$][\w$]*$/.test(key);
    text = (isName ? `.${key}` : `[${typeof key === "number" ? key : JSON.stringify(key)}]`) + text;
  }
  return `$${text}`;
}
