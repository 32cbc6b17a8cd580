/**
 * Buffers and views of them. superjson writes the elements of small typed arrays; everything else is written as bytes, bit
 * by bit.
 */
import { fromBase64 } from "../../../encoding/base64.ts";
import { damaged } from "../failures.ts";
import { attempt, count, extrasOf, list, shown } from "./checks.ts";
import type { Encoded } from "./encoded-form.ts";
import { ours } from "./encoded-form.ts";
import { decodeBigInt, decodeNumber, specialNumberText } from "./number.ts";
import { hasExtraNames } from "./own-names.ts";

/** Typed arrays that superjson reads. */
const superjsonArrays = new Set(
  "Int8Array Uint8Array Uint8ClampedArray Int16Array Uint16Array Int32Array Uint32Array Float32Array Float64Array BigInt64Array BigUint64Array".split(
    " ",
  ),
);

/** Views that are written as bytes. */
const viewNames = new Set([...superjsonArrays, "Float16Array", "DataView", "Buffer"]);

/** Whether an annotation names a buffer or view. */
export function isViewName(name: string): boolean {
  return name === "ArrayBuffer" || viewNames.has(name);
}

/** Bytes of a view above which they are written outside of the text. */
export const inlineLimit = 256;

type TypedArray = Uint8Array | Float64Array | BigInt64Array;

interface ViewClass {
  readonly prototype: object;
  readonly BYTES_PER_ELEMENT?: number;
  new (...args: unknown[]): ArrayBufferView<ArrayBuffer>;
}

/** The name of a buffer or view, such as `Float64Array`; undefined for any other value. */
export function viewName(value: object): string | undefined {
  const name = Object.prototype.toString.call(value).slice(8, -1);
  if (ArrayBuffer.isView(value)) return name === "Uint8Array" && isBuffer(value) ? "Buffer" : name;
  return (name === "ArrayBuffer" || name === "SharedArrayBuffer") && isArrayBuffer(value) ? name : undefined;
}

function isArrayBuffer(value: object): boolean {
  try {
    Object.getOwnPropertyDescriptor(ArrayBuffer.prototype, "byteLength")?.get?.call(value);
    return true;
  } catch {
    return Object.prototype.toString.call(value) === "[object SharedArrayBuffer]";
  }
}

/** Node's `Buffer`, whose prototype lies above `Uint8Array.prototype`. */
function isBuffer(view: ArrayBufferView): boolean {
  const prototype: unknown = bufferPrototype();
  return prototype !== undefined && Object.getPrototypeOf(view) === prototype;
}

/** No function of a page's own `Buffer` is ever called. */
function bufferPrototype(): object | undefined {
  const prototype = (globalThis as { readonly Buffer?: { readonly prototype?: object } }).Buffer?.prototype;
  return prototype !== undefined && Object.getPrototypeOf(prototype) === Uint8Array.prototype ? prototype : undefined;
}

/** What is written for a buffer or view whose class is known. */
export function encodeView(value: object, name: string): Encoded | string {
  const problem = viewProblem(value, name);
  if (problem !== undefined) return problem;
  if (name === "ArrayBuffer") return { type: ours(name), bytes: new Uint8Array(value as ArrayBuffer) };
  const view = value as ArrayBufferView<ArrayBuffer>;
  if (view.byteLength <= inlineLimit && superjsonArrays.has(name)) {
    const elements = elementsOf(view as TypedArray);
    if (elements !== undefined) return { type: `["typed-array","${name}"]`, text: JSON.stringify(elements) };
  }
  return { type: ours(name), bytes: bytesOf(view) };
}

function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

function viewProblem(value: object, name: string): string | undefined {
  if (!Object.isExtensible(value)) return `a ${name} that cannot be extended would come back extensible; copy it`;
  if (ArrayBuffer.isView(value)) {
    const { buffer } = value;
    if (Object.prototype.toString.call(buffer) !== "[object ArrayBuffer]")
      return `a ${name} of shared memory cannot be kept; copy it with slice()`;
    const isGone = bufferProblem(buffer as ArrayBuffer, `the buffer of this ${name}`) ?? outOfBounds(value, name);
    if (isGone !== undefined) return isGone;
    if (!viewNames.has(name)) return `a ${name} is not known here; convert it to a Uint8Array`;
    return extrasOfView(value, name);
  }
  if (name === "SharedArrayBuffer") return "shared memory cannot be kept; copy it into an ArrayBuffer";
  return bufferProblem(value as ArrayBuffer, "this ArrayBuffer") ?? extrasOf(value);
}

function bufferProblem(buffer: ArrayBuffer, what: string): string | undefined {
  if ((buffer as { readonly detached?: boolean }).detached ?? isDetached(buffer))
    return `${what} was transferred and holds nothing any more`;
  if ((buffer as { readonly resizable?: boolean }).resizable) return `${what} is resizable and would come back fixed; copy it with slice()`;
  return undefined;
}

/** For runtimes without `ArrayBuffer.prototype.detached`. */
function isDetached(buffer: ArrayBuffer): boolean {
  if (buffer.byteLength > 0) return false;
  try {
    new Uint8Array(buffer);
    return false;
  } catch {
    return true;
  }
}

/** Only a view of a buffer that has shrunk is out of bounds, and such buffers are refused; this is for what else may come. */
function outOfBounds(view: ArrayBufferView, name: string): string | undefined {
  try {
    return view.byteOffset + view.byteLength <= view.buffer.byteLength ? undefined : `this ${name} is out of the bounds of its buffer`;
  } catch {
    return `this ${name} is out of the bounds of its buffer`;
  }
}

function extrasOfView(view: ArrayBufferView, name: string): string | undefined {
  if (name === "DataView") return extrasOf(view);
  const array = view as unknown as readonly unknown[];
  if (hasExtraNames(array, () => decodeView(name, bytesOf(view as ArrayBufferView<ArrayBuffer>)))) {
    const extra = Object.getOwnPropertyNames(array).slice(array.length)[0];
    return `its own property ${JSON.stringify(extra)} would be lost; store it beside the value`;
  }
  const [symbol] = Object.getOwnPropertySymbols(array);
  return symbol === undefined ? undefined : `its property ${String(symbol)} would be lost; store it beside the value`;
}

/** The elements as superjson writes them; undefined where it would change the bits of a NaN. */
function elementsOf(array: TypedArray): unknown[] | undefined {
  const elements: unknown[] = [];
  let hasNaN = false;
  for (const element of array as Iterable<number | bigint>) {
    if (typeof element === "bigint") elements.push(String(element));
    else if (Number.isFinite(element) && !Object.is(element, -0)) elements.push(element);
    else {
      hasNaN ||= Number.isNaN(element);
      elements.push(specialNumberText(element));
    }
  }
  return hasNaN && !hasUsualNaNs(array as Float64Array) ? undefined : elements;
}

/** Whether every NaN has the bits that `NaN` of the language has. */
function hasUsualNaNs(array: Float64Array | Float32Array): boolean {
  const bytes = new DataView(array.buffer, array.byteOffset, array.byteLength);
  const isDouble = array.BYTES_PER_ELEMENT === 8;
  for (let index = 0; index < array.length; index++) {
    if (!Number.isNaN(array[index])) continue;
    if (
      isDouble
        ? bytes.getUint32(8 * index, true) !== 0 || bytes.getUint32(8 * index + 4, true) !== 0x7ff80000
        : bytes.getUint32(4 * index, true) !== 0x7fc00000
    )
      return false;
  }
  return true;
}

/** superjson's form: a list of the elements. */
export function decodeElements(name: string, raw: unknown): object {
  if (!superjsonArrays.has(name)) throw damaged(`it has a typed array of ${shown(name)}`);
  const isBig = name.startsWith("Big");
  const elements = list(raw).map((element) => {
    if (isBig) return decodeBigInt(element);
    if (typeof element === "string") return decodeNumber(element);
    if (typeof element !== "number") throw damaged(`a ${name} has ${shown(element)} as an element: an old superjson lost what it was`);
    return element;
  });
  const array = new (viewClass(name))(elements) as unknown as readonly unknown[];
  for (const [index, element] of elements.entries())
    if (!Object.is(array[index], element)) throw damaged(`${shown(element)} is not an element of a ${name}`);
  return array;
}

/** Our form: the bytes, which are used as they are where the numbers can be read in place. */
export function decodeView(name: string, bytes: Uint8Array<ArrayBuffer>): object {
  const { buffer, byteOffset, byteLength } = bytes;
  if (name === "ArrayBuffer") return wholeBuffer(bytes);
  if (name === "Buffer") return asBuffer(bytes);
  const Class = viewClass(name);
  const size = Class.BYTES_PER_ELEMENT ?? 1;
  if (byteLength % size !== 0) throw damaged(`a ${name} has ${byteLength} bytes`);
  // Bytes that a store hands out in the middle of a larger buffer may not lie as numbers must.
  return byteOffset % size === 0 ? new Class(buffer, byteOffset, byteLength / size) : new Class(bytes.slice().buffer);
}

function wholeBuffer({ buffer, byteOffset, byteLength }: Uint8Array<ArrayBuffer>): ArrayBuffer {
  return byteLength === buffer.byteLength ? buffer : buffer.slice(byteOffset, byteOffset + byteLength);
}

function asBuffer(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const prototype = bufferPrototype();
  if (prototype === undefined) throw damaged("it has a Buffer, which this runtime lacks; write it as a Uint8Array");
  const { buffer, byteOffset, byteLength } = bytes;
  return Object.setPrototypeOf(new Uint8Array(buffer, byteOffset, byteLength), prototype) as Uint8Array<ArrayBuffer>;
}

/** `["edgewater","view",name,byteOffset,length]`: one of several views of one buffer. */
export function decodeSharedView([name, offset, length]: readonly unknown[], buffer: ArrayBuffer): object {
  if (typeof name !== "string" || !isViewName(name)) throw damaged(`it has a view of ${shown(name)}`);
  const byteOffset = count(offset, buffer.byteLength);
  if (name === "ArrayBuffer") {
    if (byteOffset !== 0 || length !== buffer.byteLength) throw damaged("a buffer is not as long as its bytes");
    return buffer;
  }
  const Class = name === "Buffer" ? (Uint8Array as unknown as ViewClass) : viewClass(name);
  const elements = count(length, (buffer.byteLength - byteOffset) / (Class.BYTES_PER_ELEMENT ?? 1));
  const view = attempt(() => new Class(buffer, byteOffset, elements));
  return name === "Buffer" ? asBuffer(view as Uint8Array<ArrayBuffer>) : view;
}

/** The class of a view of this runtime, by a name from {@link viewNames}. */
export function viewClass(name: string): ViewClass {
  const found = (globalThis as unknown as Readonly<Record<string, ViewClass | undefined>>)[name];
  if (typeof found !== "function") throw damaged(`this runtime has no ${name}`);
  return found;
}

/** The bytes of base64 text. */
export function decodeBase64(raw: string): Uint8Array<ArrayBuffer> {
  return attempt(() => fromBase64(raw));
}
