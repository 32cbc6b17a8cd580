import { Refusal } from "../../http/refusal.ts";

/** The host that a client names, without the port: a claim, never a proof. */
function hostOf(request: Request): string {
  return request.headers.get("host") ?? new URL(request.url).host;
}

/** A host without its port, in lower case. */
function nameOf(host: string): string {
  return host.toLowerCase().replace(/:\d+$/, "").replace(/\.$/, "");
}

function isLoopback(name: string): boolean {
  return name === "localhost" || name.endsWith(".localhost") || name === "[::1]" || /^127(?:\.\d{1,3}){3}$/.test(name);
}

/**
 * Refuses a request under a name that is not of this machine: a page of another site may have a name that leads here.
 *
 * @throws a refusal with `PermissionDenied`
 */
export function checkHost(request: Request, hosts: readonly string[]): void {
  const name = nameOf(hostOf(request));
  if (isLoopback(name) || hosts.some((host) => nameOf(host) === name)) return;
  const reason = `the inspector cannot be reached as ${JSON.stringify(name.slice(0, 100))}; add the host to its hosts to allow it`;
  throw new Refusal("PermissionDenied", 403, reason);
}

/**
 * Refuses a request that a page of another site may have sent.
 *
 * @throws a refusal with `PermissionDenied`
 */
export function checkSite(request: Request): void {
  const site = request.headers.get("sec-fetch-site");
  const origin = request.headers.get("origin");
  const isOwn = origin !== null && URL.canParse(origin) && new URL(origin).host === hostOf(request).toLowerCase();
  if (request.method === "GET") {
    // A look changes nothing, but pages of other sites have no business with it.
    if (site === null || site === "same-origin" || site === "none") return;
  } else if (origin !== "null" && (site === null ? isOwn : site === "same-origin")) return;
  const remedy = "send it from the inspector's own page, or with an Origin that equals the host";
  throw new Refusal("PermissionDenied", 403, `the request comes from another site; ${remedy}`);
}

/**
 * Refuses a body of another type. Pages of other sites cannot send these types without asking first, and nobody answers them.
 *
 * @throws a refusal with status 415
 */
export function checkType(request: Request, type: "application/json" | "application/x-ndjson"): void {
  const given = request.headers.get("content-type") ?? "";
  if (given.split(";")[0]?.trim().toLowerCase() === type) return;
  throw new Refusal("NotSupported", 415, `the content type must be ${type}`);
}
