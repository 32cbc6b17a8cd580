import type { Attributes } from "../types.ts";
import { etagOf } from "./etag.ts";
import { existsSync, readdir, readFileSync, unlink } from "./fs.ts";
import { type Layout, statsOf, withFolder } from "./layout.ts";
import { ifThereSync, whenMissing } from "./system-error.ts";
import { syncFolders, writeSmall } from "./write.ts";

const ending = ".attributes~";

/**
 * The attributes of objects, which files have no place for: for each object that has any a file of its own, named by the
 * object's etag. It is written before the object is published, so that no reader finds the object without it, and one
 * that matches no object means nothing. Whoever writes or removes one has claimed the key.
 */
export class AttributeFiles {
  readonly #layout: Layout;

  constructor(layout: Layout) {
    this.#layout = layout;
  }

  /** Whether there may be files of a key; if not, no object under it has attributes. */
  mayHave(key: string): boolean {
    return existsSync(this.#layout.attributesOf(key));
  }

  /** @throws SyntaxError when they are damaged */
  read(key: string, etag: string): Attributes | undefined {
    const path = this.#pathOf(key, etag);
    const text = existsSync(path) ? ifThereSync(() => readFileSync(path, "utf8")) : undefined;
    return text === undefined ? undefined : (JSON.parse(text) as Attributes);
  }

  async write(key: string, etag: string, attributes: Attributes, fsync: boolean): Promise<void> {
    const path = this.#pathOf(key, etag);
    const made = await withFolder(path, () => writeSmall(path, JSON.stringify(attributes), fsync));
    if (fsync) await syncFolders(path, made);
  }

  /** Removes what matches no object any more: the files of replaced, deleted and never published ones. */
  async settle(key: string): Promise<void> {
    if (!this.mayHave(key)) return;
    const folder = this.#layout.attributesOf(key);
    const stats = statsOf(this.#layout.pathOf(key));
    const current = stats && this.#pathOf(key, etagOf(stats));
    for (const entry of (await readdir(folder, { withFileTypes: true }).catch(whenMissing)) ?? []) {
      const path = `${folder}/${entry.name}`;
      if (entry.isFile() && entry.name.endsWith(ending) && path !== current) await unlink(path).catch(whenMissing);
    }
    await this.#layout.removeEmptyFolders(folder);
  }

  #pathOf(key: string, etag: string): string {
    return `${this.#layout.attributesOf(key)}/${etag.replaceAll('"', "")}${ending}`;
  }
}
