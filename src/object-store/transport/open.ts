import { isEdgewaterError } from "../../errors.ts";
import { openedBytes } from "../body.ts";
import { type Call, explain } from "../call.ts";
import { resolveRange } from "../conditions.ts";
import type { ByteRange, FullObjectMeta, GetResult } from "../types.ts";
import { type BodyOptions, openedAnswer } from "./body.ts";

/** How an object is opened. */
export interface Opening extends BodyOptions {
  readonly call: Call;
  readonly range: ByteRange | undefined;
  /** The answer to a request with these headers, when it is one of success. */
  readonly request: (method: "GET" | "HEAD", headers: Record<string, string>) => Promise<Response>;
  readonly metaOf: (response: Response) => FullObjectMeta;
}

/**
 * Opens an object, or a range of it, which the server must know how to read.
 *
 * @throws `InvalidRange`, `NotSupported` for a server that reads no ranges, and whatever the request throws
 */
export async function openObject({ call, range, request, metaOf, timeout }: Opening): Promise<GetResult<FullObjectMeta>> {
  const part = range && resolveRange(range, Number.MAX_SAFE_INTEGER, call);
  let response: Response;
  try {
    response = await request("GET", part ? { range: rangeHeader(part.start, range.end) } : {});
  } catch (error) {
    if (part?.start !== 0 || !isEdgewaterError(error, "InvalidRange")) throw error;
    // An empty object has no first byte that a range could begin with.
    const meta = metaOf(await request("HEAD", {}));
    if (meta.size > 0) throw error;
    return openedBytes(meta, new Uint8Array());
  }
  if (part && response.status !== 206) {
    throw explain(call, undefined, () => ({ code: "NotSupported", reason: "the server reads no ranges" }));
  }
  const meta = metaOf(response);
  try {
    // Some servers answer with nothing to a range that starts at the end.
    resolveRange(range, meta.size, call);
  } catch (error) {
    void response.body?.cancel().catch(() => undefined);
    throw error;
  }
  return openedAnswer(meta, response, call, { timeout });
}

/** The range as HTTP says it, where the end is the last byte. */
export function rangeHeader(start: number, end: number | undefined): string {
  return `bytes=${start}-${end === undefined ? "" : end - 1}`;
}
