/**
 * Whether two values are the same in all that a serializer must keep: classes, order, numbers bit by bit, holes, and which
 * places share one object.
 */
export function same(left: unknown, right: unknown): boolean {
  const pairs = new Map<unknown, unknown>();
  const back = new Map<unknown, unknown>();
  const pending: [unknown, unknown][] = [[left, right]];
  for (let pair = pending.pop(); pair !== undefined; pair = pending.pop()) {
    const [a, b] = pair;
    if (typeof a !== "object" || a === null || typeof b !== "object" || b === null) {
      if (!Object.is(a, b)) return false;
      continue;
    }
    if (pairs.has(a) || back.has(b)) {
      if (pairs.get(a) !== b || back.get(b) !== a) return false;
      continue;
    }
    pairs.set(a, b);
    back.set(b, a);
    const prototype: unknown = Object.getPrototypeOf(a);
    if (Object.getPrototypeOf(b) !== prototype || integrity(a) !== integrity(b)) return false;
    const [these, those] = [partsOf(a), partsOf(b)];
    if (these.length !== those.length) return false;
    for (const [index, part] of these.entries()) pending.push([part, those[index]]);
  }
  return true;
}

function integrity(value: object): string {
  return `${Object.isExtensible(value)} ${Object.isFrozen(value)} ${Object.isSealed(value)}`;
}

/** All that makes up an object, as a list. */
function partsOf(value: object): unknown[] {
  if (value instanceof ArrayBuffer) return [...new Uint8Array(value)];
  if (ArrayBuffer.isView(value)) return [...new Uint8Array(value.buffer, value.byteOffset, value.byteLength)];
  const own = Object.keys(value).flatMap((key) => [key, (value as Record<string, unknown>)[key]]);
  if (Array.isArray(value)) return [value.length, ...own];
  if (value instanceof Map) return [...[...value].flat(), ...own];
  if (value instanceof Set) return [...value, ...own];
  if (value instanceof Date) return [value.getTime(), ...own];
  if (value instanceof RegExp) return [`${value}`, ...own];
  if (value instanceof URL || value instanceof URLSearchParams) return [`${value}`];
  if (value instanceof Error) {
    const visible = Object.keys(value)
      // Where it was thrown is not kept; superjson makes it a property of its own in some engines.
      .filter((key) => key !== "name" && key !== "stack")
      .flatMap((key) => [key, (value as unknown as Record<string, unknown>)[key]]);
    return [value.name, value.message, value.cause, (value as AggregateError).errors, ...visible];
  }
  return own;
}
