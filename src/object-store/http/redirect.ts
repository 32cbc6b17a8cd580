import { leavesBodies } from "../client/exchange.ts";

const redirectStatuses = [301, 302, 303, 307, 308];

/** The most redirects to follow, as in browsers. */
const maxRedirects = 20;

/** Headers that hold no secret. */
const harmlessHeaders = /^(?:accept|accept-encoding|range|if-none-match)$/;

/**
 * Wraps a `fetch` for reading so that headers that may hold a secret go to their own server only: a redirect to another origin
 * is followed without them. Returns a redirect that cannot be followed like this: one that a browser does not show, one to
 * something else than a web server, and the last of too many.
 */
export function withoutLeakingHeaders(given: typeof fetch | undefined): typeof fetch {
  const send: typeof fetch = given ?? ((input, init) => fetch(input, init));
  const raw = leavesBodies({ fetch: given }) ? { decompress: false } : {};
  return async (input, init) => {
    let url = String(input);
    let headers = new Headers(init?.headers);
    for (let count = 0; ; count++) {
      const response = await send(url, { ...init, ...raw, headers, redirect: "manual" });
      const location = redirectStatuses.includes(response.status) ? response.headers.get("location") : null;
      const next = location === null ? undefined : webUrl(location, url);
      if (next === undefined || count === maxRedirects) return response;
      void response.body?.cancel().catch(() => undefined);
      if (next.origin !== new URL(url).origin) headers = new Headers([...headers].filter(([name]) => harmlessHeaders.test(name)));
      url = next.href;
    }
  };
}

function webUrl(location: string, base: string): URL | undefined {
  try {
    const url = new URL(location, base);
    return /^https?:$/.test(url.protocol) ? url : undefined;
  } catch {
    return undefined;
  }
}
