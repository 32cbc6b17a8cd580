/** The HTTP stores, and how each server writes its answers: for tests that apply one answer to all of them. */
import { AzureStore } from "edgewater/azure";
import { GCSStore } from "edgewater/gcs";
import { HTTPStore, type HTTPStoreOptions } from "edgewater/http";
import { S3Store } from "edgewater/s3";

/** The verbs of the HTTP stores, as the tests call them. */
export type Verb =
  | "get"
  | "range"
  | "get if match"
  | "head"
  | "put"
  | "create"
  | "delete"
  | "delete many"
  | "list"
  | "list below a prefix"
  | "list one level"
  | "copy"
  | "upload";

/** An object in a list. */
export interface ListedObject {
  readonly key: string;
  readonly size?: string;
}

/** What a page of a list says beside its objects. */
export interface PageParts {
  readonly prefixes?: readonly string[];
  readonly token?: string;
  /** Whether the page states that there are more; only S3 and GCS state it. */
  readonly isTruncated?: boolean;
}

/** Options that every HTTP store takes. */
export type Transport = Pick<HTTPStoreOptions, "fetch" | "retry" | "timeoutMs">;

/** One kind of store. */
export interface Service {
  readonly name: "S3" | "Azure" | "GCS" | "HTTP";
  readonly make: (endpoint: string, options: Transport) => S3Store | AzureStore | GCSStore | HTTPStore;
  readonly verbs: readonly Verb[];
  /** The etag of every object in the answers, as the store reports it. */
  readonly etag: string;
  /** The headers of an object with this etag. */
  readonly headers: Readonly<Record<string, string>>;
  /** Name of the root element of a list. */
  readonly listRoot: string;
  /** A page of a list. */
  readonly page: (objects: readonly ListedObject[], parts?: PageParts) => string;
}

const reading: readonly Verb[] = ["get", "range", "get if match", "head"];
const all: readonly Verb[] = [
  ...reading,
  "put",
  "create",
  "delete",
  "delete many",
  "list",
  "list below a prefix",
  "list one level",
  "copy",
  "upload",
];

/** Text as the content of an element. */
export const escaped = (text: string): string =>
  Array.from(text, (character) => (/[<>&]/.test(character) || character < " " ? `&#${character.codePointAt(0)};` : character)).join("");

const modified = "Wed, 21 Oct 2015 07:28:00 GMT";
const bucketPage =
  (etag: string) =>
  (objects: readonly ListedObject[], { prefixes = [], token, isTruncated }: PageParts = {}): string => {
    const contents = objects.map(
      ({ key, size = "1" }) =>
        `<Contents><Key>${escaped(encodeURIComponent(key).replaceAll("%2F", "/"))}</Key><Size>${size}</Size>${etag}</Contents>`,
    );
    const common = prefixes.map((prefix) => `<CommonPrefixes><Prefix>${escaped(prefix)}</Prefix></CommonPrefixes>`);
    const more = token === undefined ? "" : `<NextContinuationToken>${escaped(token)}</NextContinuationToken>`;
    const truncated = isTruncated === undefined ? "" : `<IsTruncated>${isTruncated}</IsTruncated>`;
    return `<?xml version="1.0"?><ListBucketResult><EncodingType>url</EncodingType>${truncated}${more}${contents.join("")}${common.join("")}</ListBucketResult>`;
  };

const blobPage: Service["page"] = (objects, { prefixes = [], token = "" } = {}) => {
  const blobs = objects.map(
    ({ key, size = "1" }) =>
      `<Blob><Name>${escaped(key)}</Name><Properties><Content-Length>${size}</Content-Length><Etag>e</Etag></Properties></Blob>`,
  );
  const common = prefixes.map((prefix) => `<BlobPrefix><Name>${escaped(prefix)}</Name></BlobPrefix>`);
  return `<?xml version="1.0"?><EnumerationResults><Blobs>${blobs.join("")}${common.join("")}</Blobs><NextMarker>${escaped(token)}</NextMarker></EnumerationResults>`;
};

/** Every HTTP store. */
export const services: readonly Service[] = [
  {
    name: "S3",
    make: (endpoint, options) =>
      new S3Store({
        bucket: "b",
        region: "us-east-1",
        endpoint,
        partSize: 5 * 2 ** 20,
        credentials: { accessKeyId: "AK", secretAccessKey: "very-secret-key", sessionToken: "very-secret-token" },
        ...options,
      }),
    verbs: all,
    etag: '"e"',
    headers: { etag: '"e"', "last-modified": modified },
    listRoot: "ListBucketResult",
    page: bucketPage('<ETag>"e"</ETag>'),
  },
  {
    name: "Azure",
    make: (endpoint, options) =>
      new AzureStore({ account: "a", container: "c", endpoint, credentials: { accessToken: "very-secret-token" }, ...options }),
    verbs: all,
    etag: '"e"',
    headers: { etag: '"e"', "last-modified": modified },
    listRoot: "EnumerationResults",
    page: blobPage,
  },
  {
    name: "GCS",
    make: (endpoint, options) =>
      new GCSStore({ bucket: "b", endpoint, chunkSize: 256 * 1024, credentials: { accessToken: "very-secret-token" }, ...options }),
    verbs: all,
    etag: "1",
    headers: { etag: '"x"', "x-goog-generation": "1", "last-modified": modified },
    listRoot: "ListBucketResult",
    page: bucketPage("<Generation>1</Generation>"),
  },
  {
    name: "HTTP",
    make: (endpoint, options) => new HTTPStore(endpoint, { headers: { "x-api-key": "very-secret-key" }, ...options }),
    verbs: reading,
    etag: '"e"',
    headers: { etag: '"e"', "last-modified": modified },
    listRoot: "",
    page: () => "",
  },
];

/** Calls a verb, and reads what it returns to its end: text of an object, keys and prefixes of a list, an etag. */
export async function call(store: ReturnType<Service["make"]>, verb: Verb, { etag }: Service): Promise<unknown> {
  if (verb === "get") return (await store.get("k")).text();
  if (verb === "range") return (await store.get("k", { range: { start: 3, end: 5 } })).text();
  if (verb === "get if match") return (await store.get("k", { ifMatch: etag })).text();
  if (verb === "head") return (await store.head("k")).size;
  if (!("put" in store)) throw new Error(`HTTPStore has no ${verb}`);
  if (verb === "put") return (await store.put("k", "private body")).etag;
  if (verb === "create") return (await store.put("k", "private body", { mode: "create" })).etag;
  if (verb === "upload") return (await store.put("k", new Blob([new Uint8Array(11 * 2 ** 20)]).stream())).etag;
  if (verb === "delete") return store.delete("k");
  if (verb === "delete many") return store.delete(["k", "l"]);
  if (verb === "copy") return (await store.copy("k", "to")).etag;
  const listed = verb === "list" ? store.list() : verb === "list below a prefix" ? store.list("p") : store.list("p", { delimiter: "/" });
  const names: string[] = [];
  for await (const entry of listed) {
    names.push("prefix" in entry ? entry.prefix : entry.key);
    if (names.length > 100) throw new Error("the list does not end");
  }
  return names;
}
