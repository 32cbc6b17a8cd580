/** Stores in memory with fewer guarantees than MemoryStore. */
import { EdgewaterError } from "edgewater";

interface Entry {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly etag: string;
  readonly metadata: Readonly<Record<string, string>>;
}

interface Options {
  readonly mode?: "overwrite" | "create" | { readonly ifMatch: string };
  readonly metadata?: Readonly<Record<string, string>>;
}

/** A store whose etags name content, like those of S3 and R2. */
export class ContentEtagStore {
  readonly name: string = "ContentEtagStore";
  readonly etags: "content" | undefined = "content";
  protected readonly objects = new Map<string, Entry>();

  async put(key: string, bytes: Uint8Array<ArrayBuffer>, { mode, metadata = {} }: Options = {}): Promise<{ etag: string | undefined }> {
    const known = this.objects.get(key)?.etag;
    if (mode === "create" && known !== undefined) throw new EdgewaterError("AlreadyExists", `${key} exists`);
    if (typeof mode === "object" && mode.ifMatch !== known) throw new EdgewaterError("PreconditionFailed", `${key} has the etag ${known}`);
    const etag = new TextDecoder().decode(bytes);
    this.objects.set(key, { bytes: bytes.slice(), etag, metadata });
    return { etag };
  }

  async head(key: string) {
    const entry = this.objects.get(key);
    if (entry === undefined) throw new EdgewaterError("NotFound", `no ${key}`);
    const { bytes, etag, metadata } = entry;
    return { key, size: bytes.length, etag: etag as string | undefined, metadata, lastModified: undefined, contentType: undefined };
  }

  async get(key: string): Promise<never> {
    const meta = await this.head(key);
    const bytes = this.objects.get(key)?.bytes;
    return { meta, bytes: async () => bytes } as never;
  }

  async *list(prefix = ""): AsyncGenerator<{ readonly key: string }, void, void> {
    for (const key of [...this.objects.keys()].sort()) if (prefix === "" || key.startsWith(`${prefix}/`)) yield { key };
  }

  async delete(keys: string | readonly string[]): Promise<void> {
    for (const key of [keys].flat()) this.objects.delete(key);
  }
}

/** A store without conditions that keeps metadata, like Workers KV. */
export class PlainStore extends ContentEtagStore {
  override readonly name = "PlainStore";
  override readonly etags = undefined;

  override async put(key: string, bytes: Uint8Array<ArrayBuffer>, { metadata }: Options = {}): Promise<{ etag: undefined }> {
    await super.put(key, bytes, { metadata: metadata ?? {} });
    return { etag: undefined };
  }

  override async head(key: string) {
    return { ...(await super.head(key)), etag: undefined };
  }
}
