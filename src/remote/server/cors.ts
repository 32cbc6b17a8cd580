/** Which pages may ask a served Storage. */
export interface Cors {
  /** The origins of the pages, such as `https://app.example.org`; `"*"` for every page. */
  readonly origins: readonly string[] | "*";
}

/** How long a browser may keep the answer to its question whether a page may ask, in seconds. */
const maxAgeSeconds = 600;

/** The headers of an answer for pages of other origins. Without them, browsers keep answers from a page. */
export function corsHeaders(request: Request, cors: Cors | undefined): Readonly<Record<string, string>> {
  if (cors === undefined) return {};
  if (cors.origins === "*") return { "access-control-allow-origin": "*" };
  const origin = request.headers.get("origin");
  const isAllowed = origin !== null && cors.origins.includes(origin);
  return { vary: "origin", ...(isAllowed && { "access-control-allow-origin": origin }) };
}

/** Answers the question of a browser whether a page may send its request. It carries no credentials. */
export function preflight(headers: Readonly<Record<string, string>>): Response {
  const allowed = headers["access-control-allow-origin"] !== undefined && {
    "access-control-allow-methods": "POST",
    "access-control-allow-headers": "authorization, content-type",
    "access-control-max-age": `${maxAgeSeconds}`,
  };
  return new Response(null, { status: 204, headers: { ...headers, ...allowed } });
}
