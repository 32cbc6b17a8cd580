import { printsAlike } from "../../../runtime/node.ts";

/** Lengths above which it pays to ask the runtime. */
const longArray = 1000;

/**
 * Whether an array or typed array has other own names than those of its elements. The language can only list them with all
 * indices, which takes up to a hundred times as long as writing the elements; Node, Deno and Bun can leave the indices out.
 *
 * @param makeTwin - Makes one of the same class and length without other names
 */
export function hasExtraNames(array: readonly unknown[], makeTwin: (array: readonly unknown[]) => object = emptyArray): boolean {
  if (array.length > longArray && printsAlike(array, makeTwin(array))) return false;
  return listsExtraNames(array);
}

function emptyArray({ length }: readonly unknown[]): object {
  return new Array(length);
}

/** The same in the language alone. */
export function listsExtraNames(array: readonly unknown[]): boolean {
  return Object.getOwnPropertyNames(array).length !== array.length + (Array.isArray(array) ? 1 : 0);
}
