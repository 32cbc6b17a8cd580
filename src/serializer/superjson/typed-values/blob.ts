import { damaged } from "../failures.ts";
import { attempt, extrasOf, text } from "./checks.ts";
import type { Encoded } from "./encoded-form.ts";
import { ours } from "./encoded-form.ts";

/** A Blob or File, whose bytes are read after the rest of the value was written. */
export function encodeBlob(blob: Blob): Encoded | string {
  const isFile = blob instanceof File;
  const extras = extrasOf(blob, [], () => (isFile ? new File([], "") : new Blob([])));
  const details = isFile ? ["File", blob.type, blob.name, blob.lastModified] : ["Blob", blob.type];
  return extras ?? { type: ours(...details), blob };
}

export function decodeBlob(
  name: "Blob" | "File",
  [type, fileName, lastModified]: readonly unknown[],
  bytes: Uint8Array<ArrayBuffer>,
): Blob {
  const mediaType = text(type);
  if (name === "File" && !Number.isSafeInteger(lastModified)) throw damaged("the time of a File is not a whole number");
  const blob = attempt(() =>
    name === "Blob"
      ? new Blob([bytes], { type: mediaType })
      : new File([bytes], text(fileName), { type: mediaType, lastModified: lastModified as number }),
  );
  if (blob.type !== mediaType) throw damaged(`${JSON.stringify(mediaType)} is not the type of a ${name}`);
  return blob;
}
