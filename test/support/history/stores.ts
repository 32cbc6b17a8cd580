/** Stores in memory with fewer guarantees than MemoryStore, that list and delete too. */
import { ContentEtagStore as ContentEtags, PlainStore as Plain } from "../schedules/stores.ts";

type Listed = AsyncGenerator<{ readonly key: string }, void, void>;

async function* listed(keys: Iterable<string>, prefix: string): Listed {
  for (const key of [...keys].sort()) if (prefix === "" || key === prefix || key.startsWith(`${prefix.replace(/\/$/, "")}/`)) yield { key };
}

function removed(objects: Map<string, unknown>, keys: string | readonly string[]): void {
  for (const key of typeof keys === "string" ? [keys] : keys) objects.delete(key);
}

/** A store whose etags name content, like those of S3 and R2. */
export class ContentEtagStore extends ContentEtags {
  list(prefix = ""): Listed {
    return listed(this.objects.keys(), prefix);
  }

  async delete(keys: string | readonly string[]): Promise<void> {
    removed(this.objects, keys);
  }
}

/** A store without conditions that keeps metadata, like Workers KV. */
export class PlainStore extends Plain {
  list(prefix = ""): Listed {
    return listed(this.objects.keys(), prefix);
  }

  async delete(keys: string | readonly string[]): Promise<void> {
    removed(this.objects, keys);
  }
}
