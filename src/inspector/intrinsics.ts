/** Looks at objects with the methods of the language alone, so that nothing of theirs is called. */

/** The result of an intrinsic method; undefined when the object is not of its kind. */
export function attempt<Value>(call: () => Value): Value | undefined {
  try {
    return call();
  } catch {
    return undefined;
  }
}

/** The getter of an intrinsic prototype. */
export function getterOf(prototype: object, name: PropertyKey): (this: unknown) => unknown {
  const { get } = Object.getOwnPropertyDescriptor(prototype, name) ?? {};
  return get ?? (() => undefined);
}

/** The value of an own property that has one, without calling a getter. */
export function dataProperty(value: object, name: PropertyKey): unknown {
  const property = Object.getOwnPropertyDescriptor(value, name);
  return property !== undefined && "value" in property ? property.value : undefined;
}

/** The name of the class that made an object, from its prototype; undefined when it tells none. */
export function classNameOf(prototype: object): string | undefined {
  const made = dataProperty(prototype, "constructor");
  return typeof made === "function" ? nameOf(made) || undefined : undefined;
}

/** The name of a function. */
export function nameOf(value: object): string {
  const name = dataProperty(value, "name");
  return typeof name === "string" ? name : "";
}

/** A bigint as text. One with more digits than are shown is not written out: that takes long. */
export function bigintText(value: bigint, longest: number): string {
  const bits = BigInt(4 * (longest + 10));
  const magnitude = value < 0n ? -value : value;
  if (magnitude >> bits === 0n) return String(value);
  return `${value < 0n ? "-" : ""}more than ${longest} digits`;
}

/** Whether a prototype is that of errors. */
export function isErrorPrototype(prototype: object): boolean {
  let each: object | null = prototype;
  for (let steps = 0; each !== null && steps < 10; steps++, each = Object.getPrototypeOf(each) as object | null)
    if (each === Error.prototype) return true;
  return false;
}

/** A value of Temporal, where the runtime has it. */
export function temporalKind(value: object, prototype: object): { readonly name: string; readonly text: string } | undefined {
  const kinds = (globalThis as { readonly Temporal?: unknown }).Temporal as
    | Readonly<Record<string, { readonly prototype: { toString(): string } }>>
    | undefined;
  if (kinds === undefined) return undefined;
  const name = ["Instant", "ZonedDateTime", "PlainDate", "PlainDateTime", "PlainTime", "PlainYearMonth", "PlainMonthDay", "Duration"].find(
    (each) => kinds[each]?.prototype === prototype,
  );
  const text = name === undefined ? undefined : attempt(() => kinds[name]?.prototype.toString.call(value));
  return name === undefined || text === undefined ? undefined : { name, text };
}

/** The numbers of a typed array, an ArrayBuffer or a DataView. */
export interface Numbers {
  readonly name: string;
  readonly length: number;
  readonly at: (index: number) => unknown;
}

const typedArray: object = Object.getPrototypeOf(Uint8Array.prototype) as object;

/** The numbers of an object that holds some; undefined for any other. */
export function bytesOf(value: object): Numbers | undefined {
  const size = attempt(() => getterOf(ArrayBuffer.prototype, "byteLength").call(value) as number);
  if (size !== undefined) {
    const bytes = new Uint8Array(value as ArrayBuffer);
    return { name: "ArrayBuffer", length: size, at: (index) => bytes[index] };
  }
  const name = attempt(() => getterOf(typedArray, Symbol.toStringTag).call(value));
  if (typeof name !== "string") return undefined;
  const length = getterOf(typedArray, "length").call(value) as number;
  return { name, length, at: (index) => (value as Uint8Array)[index] };
}

/** The flags of regular expressions, by the names of their properties. */
const flags = {
  hasIndices: "d",
  global: "g",
  ignoreCase: "i",
  multiline: "m",
  dotAll: "s",
  unicode: "u",
  unicodeSets: "v",
  sticky: "y",
} as const;

/** A regular expression as text; undefined for anything else. */
export function regexpText(value: object): string | undefined {
  const source = value === RegExp.prototype ? undefined : attempt(() => getterOf(RegExp.prototype, "source").call(value));
  if (typeof source !== "string") return undefined;
  const set = Object.entries(flags).filter(([name]) => getterOf(RegExp.prototype, name).call(value) === true);
  return `/${source}/${set.map(([, flag]) => flag).join("")}`;
}
