import { EdgewaterError } from "../../errors.ts";

/** What `file:` URLs open in runtimes without files. */
export class LocalStore {
  constructor() {
    throw new EdgewaterError("NotSupported", "A file: URL needs Node, Deno or Bun; this runtime has no files", { field: "url" });
  }
}
