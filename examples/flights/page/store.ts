import type { ReadableStore } from "edgewater/delta";
import { HTTPStore } from "edgewater/http";

/** What was fetched so far. */
export interface Traffic {
  requests: number;
  bytes: number;
}

/** A folder on a web server that lists its keys as JSON: all that reading a table asks of a store. */
export function servedFolder(url: string, traffic: Traffic): ReadableStore {
  const files = new HTTPStore(url, {
    fetch: async (...request) => {
      const response = await fetch(...request);
      traffic.requests++;
      traffic.bytes += Number(response.headers.get("content-length") ?? 0);
      return response;
    },
  });
  return {
    name: files.name,
    get: (key, options) => files.get(key, options),
    head: (key, options) => files.head(key, options),
    list: async function* (prefix = "", { startAfter = "", limit = Number.POSITIVE_INFINITY } = {}) {
      const response = await fetch(`${url}?prefix=${encodeURIComponent(prefix)}`);
      traffic.requests++;
      const listed = (await response.json()) as readonly { readonly key: string; readonly size: number; readonly lastModified: number }[];
      const later = listed.filter(({ key }) => key > startAfter).slice(0, limit);
      for (const { key, size, lastModified } of later) yield { key, size, etag: undefined, lastModified: new Date(lastModified) };
    },
  };
}
