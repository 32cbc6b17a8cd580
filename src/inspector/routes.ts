import { encodeSegment } from "../encoding/percent.ts";
import type { Inspection } from "./inspection.ts";

/** How the text of a field of a query is read. What the field may be is checked by the Inspection. */
type Field = "text" | "number" | "json";

/** A question that is asked with `GET`. */
interface Read {
  /** The path below `api/`; `:` stands for a name. */
  readonly path: string;
  readonly query: Readonly<Record<string, Field>>;
}

/** The methods of an Inspection that are asked with `GET`. All are answered with JSON, but for `bytes`. */
export type ReadName = keyof Pick<
  Inspection,
  | "snapshot"
  | "asset"
  | "partitions"
  | "partitionRows"
  | "runs"
  | "run"
  | "logs"
  | "why"
  | "preview"
  | "bytes"
  | "diff"
  | "automation"
  | "objects"
  | "storage"
>;

/** Every question of an Inspection: where it is asked, and what its query may have. */
export const reads: Readonly<Record<ReadName, Read>> = {
  snapshot: { path: "snapshot", query: {} },
  asset: { path: "assets/:", query: { versions: "number", before: "number", partition: "text" } },
  partitions: { path: "assets/:/partitions", query: { measure: "text" } },
  partitionRows: { path: "assets/:/partition-rows", query: { from: "number", to: "number" } },
  why: { path: "assets/:/why", query: { partition: "text" } },
  preview: {
    path: "assets/:/preview",
    query: {
      partition: "text",
      version: "number",
      rows: "json",
      path: "json",
      sort: "json",
      find: "text",
      maxBytes: "number",
      firstRows: "number",
    },
  },
  bytes: { path: "assets/:/bytes", query: { partition: "text", version: "number" } },
  diff: { path: "assets/:/diff", query: { from: "number", to: "number", partition: "text", limit: "number" } },
  runs: { path: "runs", query: { before: "number", limit: "number", status: "text" } },
  run: { path: "runs/:", query: {} },
  logs: { path: "runs/:/logs", query: { after: "text", limit: "number" } },
  automation: { path: "automation", query: {} },
  objects: { path: "objects", query: { prefix: "text", after: "text", limit: "number" } },
  storage: { path: "storage", query: {} },
};

/** Where else requests go, below `api/`, and with which method. */
const others = {
  events: "GET",
  export: "GET",
  plan: "POST",
  act: "POST",
  import: "POST",
  session: "POST",
} as const;

export type OtherName = keyof typeof others;

/** Where a request goes: which part of the handler is asked, below which mount. */
export type Target =
  | { readonly kind: "read"; readonly operation: ReadName; readonly name: string | undefined; readonly mount: string }
  | { readonly kind: "other"; readonly operation: OtherName; readonly method: "GET" | "POST"; readonly mount: string }
  | { readonly kind: "file"; readonly file: string; readonly mount: string }
  | { readonly kind: "page"; readonly mount: string }
  | { readonly kind: "unknown" };

const patterns = (Object.keys(reads) as ReadName[]).map(
  (operation) => [operation, new RegExp(`^(.*/)api/${reads[operation].path.replace(":", "([^/]+)")}$`)] as const,
);
const otherPattern = new RegExp(`^(.*/)api/(${Object.keys(others).join("|")})$`);

/**
 * Finds out where a path leads. The handler does not know where it is mounted: the end of a path says what is asked for, and what
 * is before it is the mount.
 */
export function targetOf(pathname: string): Target {
  const other = otherPattern.exec(pathname);
  if (other) {
    const operation = other[2] as OtherName;
    return { kind: "other", operation, method: others[operation], mount: other[1] ?? "/" };
  }
  for (const [operation, pattern] of patterns) {
    const found = pattern.exec(pathname);
    if (found === null) continue;
    const name = found[2] === undefined ? undefined : nameOf(found[2]);
    return found[2] !== undefined && name === undefined ? { kind: "unknown" } : { kind: "read", operation, name, mount: found[1] ?? "/" };
  }
  const file = /^(.*\/)ui\/([\w-][\w.-]*)$/.exec(pathname);
  if (file) return { kind: "file", file: file[2] ?? "", mount: file[1] ?? "/" };
  return pathname.endsWith("/") ? { kind: "page", mount: pathname } : { kind: "unknown" };
}

/** The URL of a question, relative to the mount. Fields that are undefined are left out. */
export function readUrl(operation: ReadName, name: string | undefined, options: object): string {
  const { path, query } = reads[operation];
  const fields = Object.entries(options).filter(([field, value]) => value !== undefined && Object.hasOwn(query, field));
  const search = fields.map(
    ([field, value]) => `${field}=${encodeSegment(typeof value === "object" ? JSON.stringify(value) : `${value}`)}`,
  );
  return `api/${path.replace(":", () => segmentOf(name ?? ""))}${search.length > 0 ? `?${search.join("&")}` : ""}`;
}

/** The fields of a query, each read as its kind; unknown ones as text, for the Inspection to refuse. */
export function queryOf(operation: ReadName, search: URLSearchParams): Record<string, unknown> {
  const { query } = reads[operation];
  return Object.fromEntries(
    [...search].map(([field, value]) => [field, fieldOf(value, Object.hasOwn(query, field) ? query[field] : "text")]),
  );
}

function fieldOf(text: string, field: Field | undefined): unknown {
  if (field === "number") return /^-?\d+(?:\.\d+)?$/.test(text) ? Number(text) : text;
  return field === "json" ? jsonOf(text) : text;
}

/** A name as a segment. Clients and servers resolve `.` and `..`, however they are encoded; NUL is in no name. */
function segmentOf(name: string): string {
  return /^\.{1,2}$/.test(name) ? `%00${name}` : encodeSegment(name);
}

function nameOf(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment).replace(/^\0(?=\.{1,2}$)/, "");
  } catch {
    return undefined;
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
