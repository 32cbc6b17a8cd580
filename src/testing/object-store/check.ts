import { type EdgewaterError, type ErrorCode, isEdgewaterError } from "../../errors.ts";
import type { Get, List, ObjectStore } from "../../object-store/types.ts";

/** One promise of the port, and how to see that a store keeps it. */
export interface ObjectStoreCase<Store = ObjectStore> {
  readonly name: string;
  /** Works below a prefix of its own, so that cases may share a store. Rejects when the promise is broken. */
  readonly run: (store: Store) => Promise<void>;
}

export async function readBytes(store: Get, key: string): Promise<number[]> {
  return [...(await (await store.get(key)).bytes())];
}

export async function keys(store: List, prefix: string): Promise<string[]> {
  return (await toArray(store.list(prefix))).map(({ key }) => key);
}

export async function toArray<Entry>(list: AsyncIterable<Entry>): Promise<Entry[]> {
  const all: Entry[] = [];
  for await (const object of list) all.push(object);
  return all;
}

export async function rejects(call: () => Promise<unknown>, code: ErrorCode): Promise<EdgewaterError> {
  try {
    await call();
  } catch (error) {
    if (isEdgewaterError(error, code)) return error;
    throw broken(`expected ${code}, got ${String(error)}`, error);
  }
  throw broken(`expected ${code}, but the call succeeded`);
}

export function equal(actual: unknown, expected: unknown, what: string): void {
  const isSame = Object.is(actual, expected) || (typeof expected === "object" && JSON.stringify(actual) === JSON.stringify(expected));
  if (!isSame) throw broken(`${what}: expected ${show(expected)}, got ${show(actual)}`);
}

export function different(one: unknown, other: unknown, what: string): void {
  if (one === other) throw broken(`${what} are both ${show(one)}`);
}

function show(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 300 ? `${text.slice(0, 300)}…` : text;
}

function broken(message: string, cause?: unknown): Error {
  return new Error(`The store breaks a promise of its port: ${message}`, cause === undefined ? undefined : { cause });
}
