import { checkKey } from "./path.ts";
import type { ConditionalCopyOptions, FullGet, FullPut, Named, PutResult } from "./types.ts";

/** Copies an object as a stream, for stores whose platform cannot copy. */
export async function copyThrough(
  store: Named & FullGet & FullPut,
  from: string,
  to: string,
  { mode, signal }: ConditionalCopyOptions = {},
): Promise<PutResult> {
  checkKey(store.name, to);
  const source = await store.get(from, { signal });
  const { contentType, metadata } = source.meta;
  return store.put(to, source.stream(), { mode, contentType, metadata, signal });
}
