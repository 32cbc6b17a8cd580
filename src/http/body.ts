import { damaged, Refusal } from "./refusal.ts";

/** How long the body of a request may take to arrive, in milliseconds. */
const timeoutMs = 30_000;

/**
 * The body of a request as text.
 *
 * @param remedy what to do when it is too large
 * @throws a refusal when it is too large, late, cut off, or not UTF-8
 */
export async function bodyText(request: Request, maxBytes: number, remedy: string): Promise<string> {
  const tooLarge = (): Refusal => new Refusal("NotSupported", 413, `the request is larger than ${maxBytes} bytes; ${remedy}`);
  if (Number(request.headers.get("content-length") ?? 0) > maxBytes) throw tooLarge();
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
      if (size > maxBytes) throw tooLarge();
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
