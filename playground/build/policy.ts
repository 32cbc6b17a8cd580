/** The policies of the playground: what its page and its workers may load and reach. */
import { createHash } from "node:crypto";
import { frameScript } from "../sandbox/frame.ts";

/** The source of the only script in the page that is no file: that of the frame around the worker of an edited function. */
const frameHash = `'sha256-${createHash("sha256").update(frameScript).digest("base64")}'`;

const page = {
  "default-src": "'none'",
  "script-src": `'self' ${frameHash}`,
  "worker-src": "'self' blob:",
  "style-src": "'self'",
  "img-src": "'self' data: blob:",
  // A bucket has an address that the visitor types, so it cannot be named here.
  "connect-src": "'self' https: http://localhost:* http://127.0.0.1:*",
  "base-uri": "'none'",
  "form-action": "'none'",
};

function text(policy: Readonly<Record<string, string>>): string {
  return Object.entries(policy)
    .map(([directive, sources]) => `${directive} ${sources}`)
    .join("; ");
}

/** The policy in the page itself, for hosts that send no headers. */
export const metaPolicy = text(page);

/** What every file is sent with. A policy that frames obey cannot stand in the page. */
export const headers: Readonly<Record<string, string>> = {
  "content-security-policy": text({ ...page, "frame-ancestors": "'none'" }),
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "permissions-policy": "camera=(), geolocation=(), microphone=()",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
};

/** The worker that looks for errors of syntax parses strings, and reaches nothing. */
export const syntaxWorkerHeaders: Readonly<Record<string, string>> = {
  ...headers,
  "content-security-policy": "default-src 'none'; script-src 'unsafe-eval'",
};

/** Whether a path is that of the worker that parses strings. */
export function isSyntaxWorker(path: string): boolean {
  return /\/syntax-worker-[\w-]+\.js$/.test(path);
}
