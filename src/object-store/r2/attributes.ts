import { EdgewaterError } from "../../errors.ts";
import type { Call } from "../call.ts";
import type { Attributes, FullObjectMeta } from "../types.ts";
import type { R2Attributes, R2Object } from "./binding.ts";

/**
 * The names of this library's own entries all begin like this; they are never shown. They are those that S3Store writes,
 * which may see the same bucket from outside.
 */
const own = "edgewater";

/** The entry of the write that made the object, and of those before it. */
export const noncesName: string = `${own}nonces`;

/** The entry of what was put under a name of this library's own, or through S3 and cannot be a header. */
const packedName = `${own}metadata`;

/** Attributes as R2 takes them, which keeps any text exactly. */
export function attributesFor({ contentType, metadata = {} }: Attributes): R2Attributes {
  const entries = Object.entries(metadata);
  const packed = entries.filter(([name]) => name.startsWith(own));
  return {
    ...(contentType === undefined ? {} : { httpMetadata: { contentType } }),
    customMetadata: {
      ...Object.fromEntries(entries.filter(([name]) => !name.startsWith(own))),
      ...(packed.length === 0 ? {} : { [packedName]: JSON.stringify({ metadata: Object.fromEntries(packed) }) }),
    },
  };
}

/** @throws `Integrity` when the library's own entry was damaged */
export function attributesOf(
  { httpMetadata, customMetadata = {} }: R2Object,
  { store, key }: Call,
): Pick<FullObjectMeta, "contentType" | "metadata"> {
  let packed: Attributes;
  try {
    packed = JSON.parse(customMetadata[packedName] ?? "{}") as Attributes;
  } catch (cause) {
    throw new EdgewaterError("Integrity", `The metadata of ${JSON.stringify(key)} in ${store} is damaged`, { store, key, cause });
  }
  const plain = Object.entries(customMetadata).filter(([name]) => !name.startsWith(own));
  return {
    contentType: packed.contentType ?? httpMetadata?.contentType,
    metadata: { ...Object.fromEntries(plain), ...packed.metadata },
  };
}
