import { encodeSegment } from "../../encoding/percent.ts";
import { Refusal } from "../../http/refusal.ts";
import type { ValueBytes } from "../inspection.ts";
import { jsonText } from "../json-text.ts";
import { errorView, statusOf } from "./errors.ts";

/** What the page may load and run: its own files. Values and metadata may be hostile. */
const pagePolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "worker-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

/** The headers of every answer. */
export function headersOf(): Record<string, string> {
  return {
    "cache-control": "no-store",
    "content-security-policy": pagePolicy,
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
  };
}

/** An answer as JSON. Signatures and credentials in its URLs are left out, unless it is a value, which is sent as it is. */
export function answer(status: number, json: unknown, { isValue = false, headers = {} }: AnswerOptions = {}): Response {
  return new Response(isValue ? JSON.stringify(json) : jsonText(json), {
    status,
    headers: { ...headersOf(), "content-type": "application/json", ...headers },
  });
}

interface AnswerOptions {
  readonly isValue?: boolean;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The bytes of a value, to be saved: no browser shows or runs them, whatever is in them. */
export function bytesAnswer({ name, stream }: ValueBytes): Response {
  const headers = {
    ...headersOf(),
    "content-type": "application/octet-stream",
    "content-disposition": `attachment; filename*=UTF-8''${encodeSegment(name)}`,
  };
  return new Response(stream, { headers });
}

/** The answer for a request that failed. */
export function failureAnswer(error: unknown): Response {
  const status = statusOf(error);
  const headers: Record<string, string> = error instanceof Refusal && status === 503 ? { "retry-after": "5" } : {};
  return answer(status, { error: errorView(error) }, { headers });
}

/** Answers with the page, or with one of the files below `ui/`, whose names change with what is in them. */
export async function pageAnswer(file: string | undefined): Promise<Response> {
  // A server that nobody looks at does not load the files.
  const { files } = await import("../page.ts");
  if (!Object.hasOwn(files, "index.html")) {
    const remedy = "run npm run build; the API works without it, such as ./api/snapshot";
    throw new Refusal("NotSupported", 501, `the page of the inspector is not built in this source tree; ${remedy}`);
  }
  const path = file === undefined ? "index.html" : `ui/${file}`;
  const found = Object.hasOwn(files, path) ? files[path] : undefined;
  if (found === undefined) throw new Refusal("NotFound", 404, "the page has no such file; load it again");
  const caching = file === undefined ? "no-store" : "public, max-age=31536000, immutable";
  return new Response(found.text, { headers: { ...headersOf(), "content-type": found.type, "cache-control": caching } });
}
