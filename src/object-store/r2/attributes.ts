import { EdgewaterError } from "../../errors.ts";
import type { Call } from "../call.ts";
import type { Attributes, FullObjectMeta } from "../types.ts";
import type { R2Attributes, R2Object } from "./binding.ts";

/**
 * The start of the names of this library's own metadata entries, which reads do not return. S3Store uses the same names,
 * because it may read the same bucket.
 */
const own = "edgewater";

/** The entry with the lineage of the object: the tokens of the write that created it and of the writes before. */
export const lineageName: string = `${own}nonces`;

/** The entry for metadata whose names start like this library's own, or that S3Store cannot write as headers. */
const packedName = `${own}metadata`;

/** The attributes in R2's form. R2 keeps any text exactly. */
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

/**
 * The attributes of an object.
 *
 * @throws `Integrity` if this library's own entry is damaged
 */
export function attributesOf(
  { httpMetadata, customMetadata = {} }: R2Object,
  { store, key }: Call,
): Pick<FullObjectMeta, "contentType" | "metadata"> {
  let packed: Attributes;
  try {
    packed = JSON.parse(customMetadata[packedName] ?? "{}") as Attributes;
  } catch (cause) {
    throw new EdgewaterError(
      "Integrity",
      `Cannot read ${JSON.stringify(key)} in ${store}: its metadata entry ${JSON.stringify(packedName)} is damaged; write the object again`,
      { store, key, cause },
    );
  }
  const plain = Object.entries(customMetadata).filter(([name]) => !name.startsWith(own));
  return {
    contentType: packed.contentType ?? httpMetadata?.contentType,
    metadata: { ...Object.fromEntries(plain), ...packed.metadata },
  };
}
