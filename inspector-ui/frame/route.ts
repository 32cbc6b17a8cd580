/** Where one is, as the part of the URL after `#`: it needs no rewriting, so that the page works on any static host. */
export type Route =
  | { readonly screen: "overview" | "assets" | "runs" | "automation" | "storage"; readonly query: Query }
  | { readonly screen: "asset" | "partitions"; readonly name: string; readonly query: Query }
  | { readonly screen: "run"; readonly runId: string; readonly query: Query }
  | { readonly screen: "unknown"; readonly path: string; readonly query: Query };

/** What follows `?`, such as the partition of an asset. */
export type Query = Readonly<Record<string, string>>;

/** A place to go to: a route whose query may be left out. */
export type Place = Route extends infer Each ? (Each extends Route ? Omit<Each, "query"> & { readonly query?: Query } : never) : never;

const plain = ["assets", "runs", "automation", "storage"] as const;

/** Reads the part of a URL after `#`. What no screen has is `unknown`. */
export function parseRoute(hash: string): Route {
  const [path = "", search = ""] = split(hash.replace(/^#?\/?/, ""), "?");
  const query = Object.fromEntries(new URLSearchParams(search));
  const segments = path
    .split("/")
    .filter((segment) => segment !== "")
    .map(decode);
  const [first, second, third] = segments;
  if (first === undefined) return { screen: "overview", query };
  if (segments.includes(undefined)) return { screen: "unknown", path, query };
  const screen = plain.find((name) => name === first);
  if (screen !== undefined && segments.length === 1) return { screen, query };
  if (first === "assets" && second !== undefined && segments.length === 2) return { screen: "asset", name: second, query };
  if (first === "assets" && second !== undefined && third === "partitions" && segments.length === 3) {
    return { screen: "partitions", name: second, query };
  }
  if (first === "runs" && second !== undefined && segments.length === 2) return { screen: "run", runId: second, query };
  return { screen: "unknown", path, query };
}

/** The URL of a place, with its `#`. Names and keys are percent-encoded: commas and slashes are fine. */
export function hrefOf(place: Place): string {
  const search = new URLSearchParams(place.query).toString();
  return `#/${pathOf(place)}${search === "" ? "" : `?${search}`}`;
}

function pathOf(place: Place): string {
  switch (place.screen) {
    case "overview":
      return "";
    case "asset":
      return `assets/${encodeURIComponent(place.name)}`;
    case "partitions":
      return `assets/${encodeURIComponent(place.name)}/partitions`;
    case "run":
      return `runs/${encodeURIComponent(place.runId)}`;
    case "unknown":
      return place.path;
    default:
      return place.screen;
  }
}

function split(text: string, at: string): [string, string] {
  const index = text.indexOf(at);
  return index < 0 ? [text, ""] : [text.slice(0, index), text.slice(index + 1)];
}

function decode(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}
