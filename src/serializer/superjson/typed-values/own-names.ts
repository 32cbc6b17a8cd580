import { inspectOutline } from "../../../runtime/node.ts";

/** Lengths above which it pays to ask the runtime. */
const longArray = 1000;

/**
 * Whether an array or typed array has other own names than those of its elements. The language can only list them with all
 * indices, which takes longer than writing the elements; Node, Deno and Bun can leave the indices out.
 *
 * @param name - Of its class, such as `Float64Array`
 */
export function hasExtraNames(array: readonly unknown[], name: string): boolean {
  const { length } = array;
  if (length > longArray && outlineOf(array, name) === usualOutline(name, length)) return false;
  return Object.getOwnPropertyNames(array).length !== length + (name === "Array" ? 1 : 0);
}

/** One line with the own names and without the elements, in the form that Node, Deno and Bun share. */
function outlineOf(array: readonly unknown[], name: string): string | undefined {
  // A Buffer's class has accessors of its own that would be listed with what is hidden.
  const outline = inspectOutline(array, name !== "Buffer")?.replace(/\s+/g, " ");
  return outline?.replace(
    /, \[BYTES_PER_ELEMENT\]: \d, \[length\]: \d+, \[byteLength\]: \d+, \[byteOffset\]: \d+, \[buffer\]: ArrayBuffer \{ \[?byteLength\]?: \d+ \}/,
    "",
  );
}

function usualOutline(name: string, length: number): string {
  const items = `... ${length} more items`;
  if (name === "Array") return `[ ${items}, [length]: ${length} ]`;
  return `${name}(${length}) ${name === "Buffer" ? "[Uint8Array] " : ""}[ ${items} ]`;
}
