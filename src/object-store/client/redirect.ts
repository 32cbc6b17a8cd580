const redirects = [301, 302, 303, 307, 308];

/** As often as browsers follow. */
const most = 20;

/** What any server may see. */
const harmless = /^(?:accept|accept-encoding|range|if-none-match)$/;

/**
 * A `fetch` for reading that takes its headers only as far as the server they are for: where a redirect leads to another
 * origin, no header goes along that may be a secret. Browsers show no redirect, and follow it by rules of their own.
 */
export function following(send: typeof fetch = (input, init) => fetch(input, init)): typeof fetch {
  return async (input, init) => {
    let url = String(input);
    let headers = new Headers(init?.headers);
    for (let count = 0; count <= most; count++) {
      const response = await send(url, { ...init, headers, redirect: "manual" });
      if (response.type === "opaqueredirect") return send(url, { ...init, headers });
      const location = redirects.includes(response.status) ? response.headers.get("location") : null;
      if (location === null) return response;
      await response.body?.cancel();
      const next = new URL(location, url);
      if (next.origin !== new URL(url).origin) headers = new Headers([...headers].filter(([name]) => harmless.test(name)));
      url = next.href;
    }
    throw new TypeError(`redirected more than ${most} times`);
  };
}
