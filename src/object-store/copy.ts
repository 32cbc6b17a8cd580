import { checkKey } from "./path.ts";
import type { ConditionalCopyOptions, FullGet, FullPut, Named, PutResult } from "./types.ts";

/** Copies by reading and writing, with little memory, where the platform does not copy by itself. */
export async function copyThrough(
  store: Named & FullGet & FullPut,
  from: string,
  to: string,
  { mode, signal }: ConditionalCopyOptions = {},
): Promise<PutResult> {
  checkKey(store.name, to);
  const { meta, stream } = await store.get(from, { signal });
  return store.put(to, stream(), { mode, contentType: meta.contentType, metadata: meta.metadata, signal });
}
