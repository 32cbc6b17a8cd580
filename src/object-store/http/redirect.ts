const redirectStatuses = [301, 302, 303, 307, 308];

/** The most redirects to follow, as in browsers. */
const maxRedirects = 20;

/** Headers that hold no secret. */
const harmlessHeaders = /^(?:accept|accept-encoding|range|if-none-match)$/;

/**
 * Wraps a `fetch` for reading so that headers that may hold a secret go to their own server only: a redirect to another origin
 * is followed without them. Browsers do not show redirects and follow them by their own rules.
 */
export function withoutLeakingHeaders(send: typeof fetch = (input, init) => fetch(input, init)): typeof fetch {
  return async (input, init) => {
    let url = String(input);
    let headers = new Headers(init?.headers);
    for (let count = 0; count <= maxRedirects; count++) {
      const response = await send(url, { ...init, headers, redirect: "manual" });
      if (response.type === "opaqueredirect") return send(url, { ...init, headers });
      const location = redirectStatuses.includes(response.status) ? response.headers.get("location") : null;
      if (location === null) return response;
      await response.body?.cancel();
      const next = new URL(location, url);
      if (next.origin !== new URL(url).origin) headers = new Headers([...headers].filter(([name]) => harmlessHeaders.test(name)));
      url = next.href;
    }
    throw new TypeError(`redirected more than ${maxRedirects} times`);
  };
}
