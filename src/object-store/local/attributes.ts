import type { Attributes } from "../types.ts";
import { etagOf } from "./etag.ts";
import { existsSync, readdir, readFileSync, unlink } from "./fs.ts";
import { type Layout, statsOf, withFolder } from "./layout.ts";
import { ifThereSync, whenMissing } from "./system-error.ts";
import { syncFolders, writeSmall } from "./write-file.ts";

const ending = ".attributes~";

/**
 * The attribute files. Each object with attributes has one, named after the object's etag. It is written before the
 * object is published, so a reader never finds the object without it. A file whose etag matches no object is stale and
 * has no effect. Only the holder of the key's lock writes or removes attribute files.
 */
export class AttributeFiles {
  readonly #layout: Layout;

  constructor(layout: Layout) {
    this.#layout = layout;
  }

  /** Returns whether the key may have attribute files. If false, its object has no attributes. */
  mayHave(key: string): boolean {
    return existsSync(this.#layout.attributesOf(key));
  }

  /** @throws SyntaxError when the file is damaged */
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

  /** Removes stale files: those of replaced, deleted and never published objects. */
  async removeStale(key: string): Promise<void> {
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
