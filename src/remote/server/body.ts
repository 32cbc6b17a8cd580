import { Refusal } from "./refusal.ts";

/** How long the body of a request may take to arrive, in milliseconds. */
const timeoutMs = 30_000;

/**
 * The body of a request as text.
 *
 * @throws a refusal when it is too large, late, cut off, or not UTF-8
 */
export async function bodyText(request: Request, maxBytes: number): Promise<string> {
  if (Number(request.headers.get("content-length") ?? 0) > maxBytes) throw tooLarge(maxBytes);
  const reader = request.body?.getReader();
  if (reader === undefined) return "";
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let [text, size, isLate] = ["", 0, false];
  const timer = setTimeout(() => {
    isLate = true;
    void reader.cancel().catch(() => undefined);
  }, timeoutMs);
  try {
    for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) {
      size += chunk.value.byteLength;
      if (size > maxBytes) throw tooLarge(maxBytes);
      text += decoder.decode(chunk.value, { stream: true });
    }
    if (isLate) throw new Refusal("Unavailable", 408, `the request did not arrive within ${timeoutMs} ms`);
    return text + decoder.decode();
  } catch (error) {
    void reader.cancel().catch(() => undefined);
    throw error instanceof Refusal ? error : damaged();
  } finally {
    clearTimeout(timer);
  }
}

/** The refusal of a request that did not arrive as it was sent. Sending it again may help. */
export function damaged(): Refusal {
  return new Refusal("Unavailable", 400, "the request was cut off or changed on its way");
}

function tooLarge(maxBytes: number): Refusal {
  return new Refusal("NotSupported", 413, `the request is larger than ${maxBytes} bytes; commit in smaller batches, or raise maxBodyBytes`);
}
