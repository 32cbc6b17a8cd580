import { isEdgewaterError } from "../../errors.ts";
import type { Call } from "../call.ts";
import { countIn, noncesHeader } from "../client/attributes.ts";
import { type Cloud, pathOf } from "../client/cloud.ts";
import { etagIn } from "../client/meta.ts";
import type { PutMode, PutResult } from "../types.ts";
import { type Attempt, type Seen, writeOnce } from "./conditional-write.ts";

/** Writes exactly once. `attempt` tries that with headers for the attributes and the nonces. */
export function writeOnceIn(
  cloud: Cloud,
  call: Call,
  mode: PutMode,
  attributes: Record<string, string>,
  attempt: (headers: Record<string, string>) => Promise<Attempt>,
): Promise<PutResult> {
  const { metadata, histories, transport } = cloud;
  return writeOnce({
    call,
    mode,
    histories,
    entries: countIn(attributes[noncesHeader(metadata)]),
    retry: transport.retry,
    look: () => lookAt(cloud, call),
    attempt: (nonces) => attempt({ ...attributes, [noncesHeader(metadata)]: nonces }),
  });
}

/** What is under a key that was written to; undefined for nothing. */
export async function lookAt({ request, metadata, isDated }: Cloud, call: Call): Promise<Seen | undefined> {
  let response: Response;
  try {
    response = await request(call, { method: "HEAD", path: pathOf(call.key) });
  } catch (error) {
    // A missing container has no key.
    if (isEdgewaterError(error, "NotFound") && error.key !== undefined) return undefined;
    throw error;
  }
  const { headers, type } = response;
  const name = noncesHeader(metadata);
  const nonces = headers.get(name);
  const etag = etagIn(call, response, metadata);
  const age = Date.parse(headers.get("date") ?? "") - Date.parse(headers.get("last-modified") ?? "");
  return {
    etag,
    nonces,
    age: Number.isNaN(age) || isDated?.(etag) === false ? undefined : age,
    hidden: nonces === null && type === "cors" ? name : undefined,
  };
}
