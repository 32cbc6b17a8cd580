import { isEdgewaterError } from "../../errors.ts";
import { openedBytes } from "../body.ts";
import { type Call, failed } from "../call.ts";
import { resolveRange } from "../conditions.ts";
import type { ByteRange, FullObjectMeta, GetResult } from "../types.ts";
import { openedAnswer } from "./body.ts";
import { type Cloud, metaIn, pathOf } from "./cloud.ts";

/**
 * Opens an object, or a range of it, which the server must know how to read.
 *
 * @throws `InvalidRange`, `NotSupported` for a server that reads no ranges, and whatever the request throws
 */
export async function openObject(
  cloud: Cloud,
  call: Call,
  range: ByteRange | undefined,
  conditions: Record<string, string>,
): Promise<GetResult<FullObjectMeta>> {
  const part = range && resolveRange(range, Number.MAX_SAFE_INTEGER, call);
  const path = pathOf(call.key);
  let response: Response;
  try {
    const headers = part ? { ...conditions, range: rangeHeader(part.start, range.end) } : conditions;
    response = await cloud.request(call, { method: "GET", path, headers });
  } catch (error) {
    if (part?.start !== 0 || !isEdgewaterError(error, "InvalidRange")) throw error;
    // An empty object has no first byte that a range could begin with.
    const meta = metaIn(cloud, call, await cloud.request(call, { method: "HEAD", path, headers: conditions }));
    if (meta.size > 0) throw error;
    return openedBytes(meta, new Uint8Array());
  }
  try {
    if (part && response.status !== 206) throw failed(call, "NotSupported", "the server reads no ranges");
    const meta = metaIn(cloud, call, response);
    // Some servers answer with nothing to a range that starts at the end.
    resolveRange(range, meta.size, call);
    return openedAnswer(meta, response, call, cloud.transport);
  } catch (error) {
    void response.body?.cancel().catch(() => undefined);
    throw error;
  }
}

/** A range as HTTP says it, where the end is the last byte. */
export function rangeHeader(start: number, end: number | undefined): string {
  return `bytes=${start}-${end === undefined ? "" : end - 1}`;
}
