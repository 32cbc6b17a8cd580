/** Tables that other programs wrote into a folder, under the names that they gave. */
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import type { ReadableStore } from "../../../src/delta/store.ts";
import { compareUtf8 } from "../../../src/encoding/utf8.ts";
import { EdgewaterError } from "../../../src/errors.ts";
import type { GetResult, ObjectMeta, PagedListOptions, RangeGetOptions } from "../../../src/object-store/types.ts";

/** Reads files by their names, which a `LocalStore` would escape. */
export class FolderStore implements ReadableStore {
  readonly name: string;
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
    this.name = `FolderStore(${folder})`;
  }

  readonly get = async (key: string, { range }: RangeGetOptions = {}): Promise<GetResult> => {
    const meta = await this.head(key);
    const bytes = new Uint8Array(await readFile(join(this.#folder, key))).slice(range?.start ?? 0, range?.end);
    const text = async (): Promise<string> => new TextDecoder().decode(bytes);
    return { meta, bytes: async () => bytes, text, stream: () => new Blob([bytes]).stream() };
  };

  readonly head = async (key: string): Promise<ObjectMeta> => {
    const found = await stat(join(this.#folder, key)).catch(() => undefined);
    if (found === undefined) throw new EdgewaterError("NotFound", `There is no object ${JSON.stringify(key)} in ${this.name}`, { key });
    return { key, size: found.size, etag: undefined, lastModified: found.mtime };
  };

  async *list(prefix = "", { startAfter = "" }: PagedListOptions = {}): AsyncGenerator<ObjectMeta> {
    const folder = join(this.#folder, prefix);
    const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
    const keys = entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(this.#folder.length + 1));
    for (const key of keys.sort(compareUtf8)) if (compareUtf8(key, startAfter) > 0) yield await this.head(key);
  }
}
