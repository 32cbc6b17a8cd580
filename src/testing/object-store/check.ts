import type { Get, List, ObjectStore } from "../../object-store/types.ts";
import { type Rejects, rejectsOr } from "../rejects.ts";

/** One case of the conformance suite. */
export interface ObjectStoreCase<Store = ObjectStore> {
  /** What the store must do, such as `lists every page`. */
  readonly name: string;
  /** Checks the store below a prefix that only this case uses, so cases can share a store. Rejects if the store fails. */
  readonly run: (store: Store) => Promise<void>;
}

/** All bytes of an object. */
export async function readBytes(store: Get, key: string): Promise<number[]> {
  return [...(await (await store.get(key)).bytes())];
}

/** The keys below a prefix. */
export async function keys(store: List, prefix: string): Promise<string[]> {
  return (await toArray(store.list(prefix))).map(({ key }) => key);
}

/** All entries of a list. */
export async function toArray<Entry>(list: AsyncIterable<Entry>): Promise<Entry[]> {
  const all: Entry[] = [];
  for await (const object of list) all.push(object);
  return all;
}

/** Checks that a call fails with a code, and returns the error. */
export const rejects: Rejects = /* @__PURE__ */ rejectsOr(failure);

/** Checks that two values are equal; objects by their JSON. */
export function equal(actual: unknown, expected: unknown, what: string): void {
  const isSame = Object.is(actual, expected) || (typeof expected === "object" && JSON.stringify(actual) === JSON.stringify(expected));
  if (!isSame) throw failure(`${what}: expected ${show(expected)}, got ${show(actual)}`);
}

/** Checks that two values are different. */
export function different(one: unknown, other: unknown, what: string): void {
  if (one === other) throw failure(`${what} are both ${show(one)}`);
}

function show(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 300 ? `${text.slice(0, 300)}…` : text;
}

function failure(message: string, cause?: unknown): Error {
  return new Error(`The store does not conform: ${message}`, cause === undefined ? undefined : { cause });
}

/** Runs three readers in a loop until the writer has finished all rounds or one of them fails. */
export async function whileWriting(rounds: number, write: (round: number) => Promise<unknown>, read: () => Promise<void>): Promise<void> {
  let isOver = false;
  const stop = (): void => {
    isOver = true;
  };
  const writer = async (): Promise<void> => {
    for (let round = 1; round <= rounds && !isOver; round++) {
      await write(round);
      await nextTask();
    }
    stop();
  };
  const reader = async (): Promise<void> => {
    while (!isOver) {
      await read();
      await nextTask();
    }
  };
  const all = [writer(), reader(), reader(), reader()];
  for (const each of all) each.catch(stop);
  await Promise.allSettled(all);
  await Promise.all(all);
}

/** Lets other tasks run: a store in memory would otherwise block them. */
function nextTask(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve));
}
