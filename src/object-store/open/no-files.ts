import { EdgewaterError } from "../../errors.ts";

/** Stands for `LocalStore` in runtimes without a file system: a `file:` URL fails. */
export class LocalStore {
  constructor() {
    throw new EdgewaterError(
      "NotSupported",
      "Cannot open a file: URL: this runtime has no file system; use Node, Deno or Bun, or another store",
      { field: "url" },
    );
  }
}
