/**
 * NOT Google Cloud Storage: a test server written from Google's documentation of the XML API, because no real server can run
 * on a test machine. A test against it shows that the store follows this documentation, and no more:
 *
 * - "Request preconditions": `x-goog-if-generation-match`, 0 for no object, else 412; on uploads, reads and copies.
 * - "Resumable uploads" for XML: POST with `x-goog-resumable: start`, chunks of 256 KiB with `Content-Range`, 308 with
 *   `Range` for the persisted bytes, `bytes *\/n` for a status, DELETE and 499 to cancel; preconditions are checked at the end.
 * - "List objects", version 2, in UTF-8 order: `start-after`, `continuation-token`, `delimiter`, `prefix`, `max-keys`.
 * - "Signatures", version 4: `GOOG4-HMAC-SHA256` in the header or in the URL; or a bearer token.
 */
import { createHash, createHmac, randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** A running server and its credentials. */
export interface GCSContractServer extends AsyncDisposable {
  readonly endpoint: string;
  readonly bucket: string;
  readonly accessToken: string;
  readonly accessId: string;
  readonly secret: string;
  /** Number of uploads that have begun and neither ended nor been cancelled. */
  readonly openUploads: () => number;
}

interface StoredObject {
  readonly bytes: Buffer;
  readonly generation: number;
  readonly time: Date;
  readonly headers: Readonly<Record<string, string>>;
}

interface Upload {
  readonly key: string;
  readonly headers: IncomingHttpHeaders;
  bytes: Buffer;
  done?: StoredObject;
}

class Refusal extends Error {
  readonly status: number;
  readonly code: string;
  constructor(status: number, code: string) {
    super(code);
    this.status = status;
    this.code = code;
  }
}

/** Starts a server with one bucket. */
export async function startGCSContractServer(): Promise<GCSContractServer> {
  const credentials = { accessToken: randomUUID(), accessId: "GOOGEXAMPLE", secret: randomUUID() };
  const bucket = "edgewater-contract";
  const service = new Service(bucket, credentials);
  const server = createServer((request, response) => {
    service.answer(request, response).catch((error: unknown) => {
      const { status, code } = error instanceof Refusal ? error : new Refusal(500, "InternalError");
      response.writeHead(status, { "content-type": "application/xml" });
      response.end(request.method === "HEAD" || status === 304 ? undefined : `<?xml version='1.0'?><Error><Code>${code}</Code></Error>`);
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    ...credentials,
    bucket,
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    openUploads: () => [...service.uploads.values()].filter(({ done }) => done === undefined).length,
    [Symbol.asyncDispose]: async () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

class Service {
  readonly uploads = new Map<string, Upload>();
  readonly #objects = new Map<string, StoredObject>();
  readonly #bucket: string;
  readonly #credentials: Readonly<Record<"accessToken" | "accessId" | "secret", string>>;
  #generation: number = Date.now() * 1000;

  constructor(bucket: string, credentials: Readonly<Record<"accessToken" | "accessId" | "secret", string>>) {
    this.#bucket = bucket;
    this.#credentials = credentials;
  }

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", `http://${request.headers.host}`);
    const body = await read(request);
    const upload = this.uploads.get(url.searchParams.get("upload_id") ?? "");
    if (url.searchParams.has("upload_id")) return this.#continue(request, response, upload, body, url);
    this.#authenticate(request, url);
    const [, bucket, ...segments] = url.pathname.split("/");
    if (bucket !== this.#bucket) throw new Refusal(404, "NoSuchBucket");
    const key = segments.map(decodeURIComponent).join("/");
    if (key === "") return this.#list(response, url.searchParams);
    const { method, headers } = request;
    if (method === "GET" || method === "HEAD") return this.#read(request, response, key);
    if (method === "DELETE") {
      if (!this.#objects.delete(key)) throw new Refusal(404, "NoSuchKey");
      return void response.writeHead(204).end();
    }
    if (method === "POST" && headers["x-goog-resumable"] === "start" && body.byteLength === 0) {
      this.#check(headers, key);
      const id = randomUUID();
      this.uploads.set(id, { key, headers, bytes: Buffer.alloc(0) });
      return void response.writeHead(201, { location: `${url.origin}${url.pathname}?upload_id=${id}` }).end();
    }
    if (method !== "PUT") throw new Refusal(405, "MethodNotAllowed");
    const source = headers["x-goog-copy-source"];
    if (source !== undefined) return this.#copy(response, String(source), key, headers);
    this.#check(headers, key);
    this.#written(response, this.#store(key, body, kept(headers)));
  }

  #check(headers: IncomingHttpHeaders, key: string): void {
    const expected = headers["x-goog-if-generation-match"];
    if (expected === undefined) return;
    if (String(this.#objects.get(key)?.generation ?? 0) !== expected) throw new Refusal(412, "PreconditionFailed");
  }

  #store(key: string, bytes: Buffer, headers: Readonly<Record<string, string>>): StoredObject {
    this.#generation = Math.max(this.#generation + 1, Date.now() * 1000);
    const stored = { bytes, generation: this.#generation, time: new Date(), headers };
    this.#objects.set(key, stored);
    return stored;
  }

  #written(response: ServerResponse, { bytes, generation }: StoredObject): void {
    response.writeHead(200, { etag: etagOf(bytes), "x-goog-generation": generation, "x-goog-metageneration": 1 }).end();
  }

  #copy(response: ServerResponse, source: string, key: string, headers: IncomingHttpHeaders): void {
    const [, bucket, ...segments] = source.split("/");
    const from = bucket === this.#bucket ? this.#objects.get(segments.map(decodeURIComponent).join("/")) : undefined;
    if (from === undefined) throw new Refusal(404, "NoSuchKey");
    this.#check(headers, key);
    const { bytes, generation } = this.#store(key, from.bytes, from.headers);
    response.writeHead(200, { "content-type": "application/xml", "x-goog-generation": generation });
    response.end(`<CopyObjectResult><ETag>${etagOf(bytes)}</ETag></CopyObjectResult>`);
  }

  #read({ method, headers }: IncomingMessage, response: ServerResponse, key: string): void {
    const stored = this.#objects.get(key);
    if (stored === undefined) throw new Refusal(404, "NoSuchKey");
    this.#check(headers, key);
    const { bytes, generation, time } = stored;
    const size = bytes.byteLength;
    const range = /^bytes=(\d+)-(\d*)$/.exec(headers.range ?? "");
    const start = Number(range?.[1] ?? 0);
    const last = Math.min(range?.[2] ? Number(range[2]) : size - 1, size - 1);
    if (range && start >= size) throw new Refusal(416, "InvalidRange");
    response.writeHead(range ? 206 : 200, {
      "content-type": "application/octet-stream",
      ...stored.headers,
      ...(range ? { "content-range": `bytes ${start}-${last}/${size}` } : {}),
      "content-length": last + 1 - start,
      etag: etagOf(bytes),
      "last-modified": time.toUTCString(),
      "x-goog-generation": generation,
      "x-goog-metageneration": 1,
      "x-goog-stored-content-length": size,
    });
    response.end(method === "HEAD" ? undefined : bytes.subarray(start, last + 1));
  }

  #continue(request: IncomingMessage, response: ServerResponse, upload: Upload | undefined, body: Buffer, url: URL): void {
    if (upload === undefined) throw new Refusal(404, "NoSuchUpload");
    if (request.method === "DELETE") {
      this.uploads.delete(url.searchParams.get("upload_id") ?? "");
      response.writeHead(499).end();
      return;
    }
    if (upload.done !== undefined) {
      this.#written(response, upload.done);
      return;
    }
    const [, start, end, total] = /^bytes (?:(\d+)-(\d+)|\*)\/(\d+|\*)$/.exec(String(request.headers["content-range"])) ?? [];
    if (total === undefined) throw new Refusal(400, "InvalidArgument");
    if (start !== undefined) {
      const isLast = total !== "*";
      if (Number(start) > upload.bytes.byteLength || Number(end) + 1 - Number(start) !== body.byteLength)
        throw new Refusal(400, "InvalidRange");
      if (!isLast && (Number(end) + 1) % (256 * 1024) !== 0) throw new Refusal(400, "InvalidArgument");
      // Bytes that are already persisted are ignored.
      upload.bytes = Buffer.concat([upload.bytes, body.subarray(upload.bytes.byteLength - Number(start))]);
    }
    if (total !== "*" && upload.bytes.byteLength === Number(total)) {
      this.#check(upload.headers, upload.key);
      upload.done = this.#store(upload.key, upload.bytes, kept(upload.headers));
      this.#written(response, upload.done);
      return;
    }
    const size = upload.bytes.byteLength;
    response.writeHead(308, size === 0 ? {} : { range: `bytes=0-${size - 1}` }).end();
  }

  #list(response: ServerResponse, query: URLSearchParams): void {
    if (query.get("list-type") !== "2") throw new Refusal(400, "InvalidArgument");
    const [prefix, delimiter] = [query.get("prefix") ?? "", query.get("delimiter") ?? ""];
    const after = query.get("continuation-token") ?? query.get("start-after") ?? "";
    const encode = query.get("encoding-type") === "url" ? encodeURIComponent : (text: string): string => text;
    const most = Math.min(Number(query.get("max-keys") ?? 1000), 1000);
    const names = [...this.#objects.keys()]
      .filter((name) => name.startsWith(prefix))
      .sort((left, right) => Buffer.compare(Buffer.from(left), Buffer.from(right)));
    const entries: string[] = [];
    const seen = new Set<string>();
    let last = "";
    let isTruncated = false;
    for (const name of names) {
      const end = delimiter === "" ? -1 : name.indexOf(delimiter, prefix.length);
      const entry = end === -1 ? name : name.slice(0, end + delimiter.length);
      if (seen.has(entry) || Buffer.compare(Buffer.from(entry), Buffer.from(after)) <= 0) continue;
      isTruncated = entries.length === most;
      if (isTruncated) break;
      seen.add(entry);
      last = entry;
      const stored = this.#objects.get(name);
      if (end !== -1) entries.push(`<CommonPrefixes><Prefix>${encode(entry)}</Prefix></CommonPrefixes>`);
      else if (stored) {
        const fields = `<Generation>${stored.generation}</Generation><MetaGeneration>1</MetaGeneration><LastModified>${stored.time.toISOString()}</LastModified>`;
        entries.push(
          `<Contents><Key>${encode(name)}</Key>${fields}<ETag>${etagOf(stored.bytes)}</ETag><Size>${stored.bytes.byteLength}</Size></Contents>`,
        );
      }
    }
    const more = isTruncated
      ? `<NextContinuationToken>${last.replace(/[<&]/g, (each) => `&#${each.charCodeAt(0)};`)}</NextContinuationToken>`
      : "";
    response.writeHead(200, { "content-type": "application/xml" });
    response.end(
      `<?xml version='1.0'?><ListBucketResult><IsTruncated>${isTruncated}</IsTruncated>${more}${entries.join("")}</ListBucketResult>`,
    );
  }

  /** Computes the signature from the request that has arrived, and compares. */
  #authenticate({ method, headers }: IncomingMessage, { pathname, searchParams, search }: URL): void {
    const { accessToken, accessId, secret } = this.#credentials;
    const { authorization = "" } = headers;
    if (authorization === `Bearer ${accessToken}`) return;
    const inHeader = /^GOOG4-HMAC-SHA256 Credential=([^/]+)\/(\S+), SignedHeaders=(\S+), Signature=([0-9a-f]{64})$/.exec(authorization);
    const [inQuery, ...scopeInQuery] = (searchParams.get("X-Goog-Credential") ?? "").split("/");
    if (inHeader === null && !inQuery) throw new Refusal(401, authorization === "" ? "AuthenticationRequired" : "InvalidSecurity");
    const [, id = inQuery, scope = scopeInQuery.join("/"), names = searchParams.get("X-Goog-SignedHeaders") ?? ""] = inHeader ?? [];
    const given = inHeader?.[4] ?? searchParams.get("X-Goog-Signature");
    const date = String(headers["x-goog-date"] ?? searchParams.get("X-Goog-Date"));
    if (id !== accessId) throw new Refusal(403, "InvalidAccessKeyId");
    const own = Object.keys(headers).filter((name) => name.startsWith("x-goog-"));
    if (inHeader && !own.every((name) => names.split(";").includes(name))) throw new Refusal(403, "SignatureDoesNotMatch");
    const query = search
      .slice(1)
      .split("&")
      .filter((each) => !each.startsWith("X-Goog-Signature="))
      .sort()
      .join("&");
    const covered = names.split(";").map((name) => `${name}:${headers[name]}`);
    const payload = String(headers["x-goog-content-sha256"] ?? "UNSIGNED-PAYLOAD");
    const canonical = [method, pathname, query, ...covered, "", names, payload].join("\n");
    const text = ["GOOG4-HMAC-SHA256", date, scope, createHash("sha256").update(canonical).digest("hex")].join("\n");
    const hmac = (key: string | Buffer, part: string): Buffer => createHmac("sha256", key).update(part).digest();
    const key = scope.split("/").reduce<string | Buffer>(hmac, `GOOG4${secret}`);
    if (hmac(key, text).toString("hex") !== given) throw new Refusal(403, "SignatureDoesNotMatch");
    const time = Date.parse(date.replace(/^(....)(..)(..T..)(..)(..Z)$/, "$1-$2-$3:$4:$5"));
    if (inHeader ? Math.abs(Date.now() - time) > 900_000 : Date.now() > time + Number(searchParams.get("X-Goog-Expires")) * 1000) {
      throw new Refusal(inHeader ? 403 : 400, inHeader ? "RequestTimeTooSkewed" : "ExpiredToken");
    }
  }
}

/** The headers of a put that are stored with the object. */
function kept(headers: IncomingHttpHeaders): Record<string, string> {
  const entries = Object.entries(headers).filter(([name]) => name === "content-type" || name.startsWith("x-goog-meta-"));
  return Object.fromEntries(entries.map(([name, value]) => [name, String(value)]));
}

function etagOf(bytes: Buffer): string {
  return `"${createHash("md5").update(bytes).digest("hex")}"`;
}

async function read(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
