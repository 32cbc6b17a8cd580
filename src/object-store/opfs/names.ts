import { isEdgewaterError } from "../../errors.ts";

/**
 * Names of entries. Browsers refuse names that some disk would refuse: what is not a letter, a digit, `_`, `-` or a dot
 * inside is percent-encoded as UTF-8.
 */
export function toEntryName(segment: string): string {
  return encodeURIComponent(segment).replace(/[!'()*~]|^\.|\.$/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** Undefined for a name that no segment has. */
export function fromEntryName(name: string): string | undefined {
  try {
    const segment = decodeURIComponent(name);
    return toEntryName(segment) === name ? segment : undefined;
  } catch {
    return undefined;
  }
}

/** Undefined when nothing is there, or a folder in the place of a file, or the other way round. */
export function ifMissing(error: DOMException): undefined {
  if (!["NotFoundError", "TypeMismatchError"].includes(error.name) && !isEdgewaterError(error, "NotFound")) throw error;
}
