/**
 * Random hostile answers: valid answers of every HTTP store, mutated in status, headers, body and delivery. What a store makes
 * of them must be right or an error of the family; never wrong data, never a raw error, never endless.
 */
import { isEdgewaterError } from "edgewater";
import { call, type Service, services, type Verb } from "./http-stores.ts";

/** Random numbers that are the same for the same seed (mulberry32). */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** A number from 0 up to 1. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  below(limit: number): number {
    return Math.floor(this.next() * limit);
  }

  isOneIn(count: number): boolean {
    return this.below(count) === 0;
  }

  pick<Item>(items: readonly Item[]): Item {
    return items[this.below(items.length)] as Item;
  }
}

type Delivery = "whole" | "chunks" | "fails" | "stands still";

interface RandomAnswer {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: string;
  readonly delivery: Delivery;
  /** Whether the body says something else than the valid one, in a way that nobody can notice. */
  readonly isPlausible: boolean;
}

const content = "abcdef";
const verbs: readonly Verb[] = [
  "get",
  "range",
  "get if match",
  "head",
  "put",
  "create",
  "delete",
  "delete many",
  "list below a prefix",
  "list one level",
  "copy",
];
const names = ["p/a", "p/b", "p/ü c", "p/x"];

/** The valid answer to a request. */
function validAnswer(service: Service, verb: Verb, method: string): RandomAnswer {
  const answer = (status: number, headers: Record<string, string>, body: string): RandomAnswer => ({
    status,
    headers,
    body,
    delivery: "whole",
    isPlausible: false,
  });
  const object = { ...service.headers, "content-length": String(content.length) };
  if (method === "HEAD") return answer(200, object, "");
  if (method === "DELETE") return answer(204, {}, "");
  if (method === "PUT" && verb === "copy" && service.name !== "Azure") {
    return answer(200, { ...service.headers }, '<CopyObjectResult><ETag>"e"</ETag></CopyObjectResult>');
  }
  if (method === "PUT") return answer(service.name === "Azure" ? 201 : 200, { ...service.headers }, "");
  if (method === "POST") return answer(200, {}, "<DeleteResult></DeleteResult>");
  if (verb === "range")
    return answer(206, { ...service.headers, "content-range": "bytes 3-4/6", "content-length": "2" }, content.slice(3, 5));
  if (!verb.startsWith("list")) return answer(200, object, content);
  return answer(200, { "content-type": "application/xml" }, service.page(names.map((key) => ({ key }))));
}

const statuses = [
  200, 200, 200, 201, 202, 203, 204, 205, 206, 206, 299, 300, 301, 302, 303, 304, 305, 307, 308, 400, 401, 403, 404, 405, 408, 409, 410,
  412, 413, 416, 418, 425, 429, 500, 501, 502, 503, 504, 507, 511, 599,
];
const codes = [
  "InternalError",
  "SlowDown",
  "AccessDenied",
  "NoSuchKey",
  "NoSuchBucket",
  "constructor",
  "__proto__",
  "toString",
  "RequestTimeTooSkewed",
  "ExpiredToken",
  "PermanentRedirect",
  "",
  "<b>",
  "&#0;",
  "&#x110000;",
  `\u001b${"A".repeat(500)}`,
];
const headerValues: Readonly<Record<string, readonly string[]>> = {
  "content-range": [
    "bytes 0-1/6",
    "bytes 3-5/6",
    "bytes 3-3/6",
    "bytes 3-4/*",
    "bytes */6",
    "bytes 3-4/5",
    "bytes 4-3/6",
    "bytes 3-4/9999999999999999999",
    "items 3-4/6",
    "bytes 3-4",
    "bytes 0-5/6",
    "bytes 3-4/1",
  ],
  "content-length": ["0", "1", "5", "7", "-1", "x", "6, 6", "1e3", "99999999999999999999", ""],
  "content-encoding": ["gzip", "br", "identity", "aws-chunked", "x-gzip, gzip", "utf-8"],
  etag: ['"other"', "", 'W/"e"', "e", '"'.repeat(300)],
  "x-goog-generation": ["2", "", "-1"],
  "x-goog-stored-content-encoding": ["gzip", "identity"],
  "last-modified": ["yesterday", "", "Wed, 21 Oct 2999 07:28:00 GMT"],
  "content-type": ["text/html", "text/html; charset=utf-8", "application/xml", ""],
  "x-amz-meta-edgewaternonces": ["..2,*", "x", "1u1sj56.t.0,a=~%zz", ",,,,"],
  "x-ms-meta-edgewaternonces": ["..2,*", "x"],
  "x-goog-meta-edgewaternonces": ["..2,*", "x"],
  "x-amz-meta-edgewatermetadata": ["{", "null", "5", '{"metadata":5}', '{"metadata":{"a":5}}', '{"contentType":{}}', "[]"],
  "x-ms-meta-edgewatermetadata": ["{", "null"],
  "x-goog-meta-edgewatermetadata": ["{", "null"],
  "x-ms-error-code": codes.filter((code) => /^[\x20-\x7e]*$/.test(code)),
  "x-ms-copy-status": ["failed", "aborted", "other"],
  "x-ms-copy-id": ["1"],
  "x-amz-bucket-region": ["eu-west-1", "<script>"],
  "retry-after": ["0", "1000000000", "soon", "-5"],
  date: ["Wed, 21 Oct 2015 07:28:00 GMT", "never"],
  location: [
    "http://elsewhere.test/very-secret",
    "http://server.test/again",
    "/again",
    "http://[",
    "file:///etc/passwd",
    "data:text/plain,x",
    "//elsewhere.test/x",
  ],
};

function mutateBody(random: Random, service: Service, verb: Verb, { body, ...rest }: RandomAnswer): RandomAnswer {
  const isObject = verb === "get" || verb === "range" || verb === "get if match";
  const error = `<Error><Code>${random.pick(codes)}</Code><ServerTime>${random.pick(["2015-10-21T07:28:00Z", "now"])}</ServerTime></Error>`;
  const position = random.below(body.length + 1);
  const changes: readonly (() => Partial<RandomAnswer>)[] = [
    () => ({ body: body.slice(0, position) }),
    () => ({ body: body + random.pick([" ", "x", "<a/>", "<!--", "]]>", "\0"]) }),
    () => ({ body: "" }),
    () => ({ body: "<html><body>Please log in</body></html>" }),
    () => ({ body: error }),
    () => ({ body: `<${service.listRoot}>` }),
    () => ({ body: body + body }),
    () => ({ delivery: "fails" }),
    ...(isObject
      ? []
      : [
          () => ({
            body: body.slice(0, position) + random.pick(["<", ">", "&", "/", "&#0;", "%zz", "<b>", "\0", "é"]) + body.slice(position),
            isPlausible: true,
          }),
        ]),
    ...(isObject ? [] : [() => ({ body: body.slice(0, position) + body.slice(position + 1), isPlausible: true })]),
    ...(verb.startsWith("list") ? [() => ({ body: randomPage(random, service), isPlausible: true })] : []),
  ];
  return { ...rest, body, ...random.pick(changes)() };
}

function randomPage(random: Random, service: Service): string {
  const keys = ["p/a", "p//x", "/x", "../x", "p/\u0001", "q", "p/a/b", "p/", "", "p/.", "p/\\", `p/${"n".repeat(2000)}`];
  const some = Array.from({ length: random.below(4) }, () => ({
    key: random.pick(keys),
    size: random.pick(["1", "0", "-1", "x", "", "9007199254740993"]),
  }));
  return service.page(some, {
    prefixes: random.isOneIn(2) ? [random.pick(["p/a/", "p//", "q/", "/", "p"])] : [],
    ...(random.isOneIn(2) && { token: random.pick(["t", "", "u"]) }),
    ...(random.isOneIn(2) && { isTruncated: random.isOneIn(2) }),
  });
}

function mutated(random: Random, service: Service, verb: Verb, valid: RandomAnswer): RandomAnswer {
  let answer: RandomAnswer = { ...valid, headers: { ...valid.headers } };
  for (let count = 1 + random.below(3); count > 0; count--) {
    const kind = random.below(5);
    if (kind === 0) answer = { ...answer, status: random.pick(statuses) };
    if (kind === 1) {
      const present = Object.keys(answer.headers).filter((each) => each in headerValues);
      const name = random.pick(present.length > 0 && random.isOneIn(2) ? present : Object.keys(headerValues));
      answer.headers[name] = random.pick(headerValues[name] ?? []);
    }
    if (kind === 2) delete answer.headers[random.pick(Object.keys(answer.headers).concat("date"))];
    if (kind === 3) answer = mutateBody(random, service, verb, answer);
    if (kind === 4) answer = { ...answer, delivery: random.isOneIn(300) ? "stands still" : random.pick<Delivery>(["whole", "chunks"]) };
  }
  return answer;
}

const noBody = [101, 204, 205, 304];

function toResponse(random: Random, { status, headers, body, delivery }: RandomAnswer, isHead: boolean): Response {
  const init = { status, headers };
  if (noBody.includes(status) || isHead) return new Response(null, init);
  if (delivery === "whole") return new Response(body, init);
  const bytes = new TextEncoder().encode(body);
  let at = 0;
  return new Response(
    new ReadableStream({
      pull: (controller) => {
        if (at < bytes.length) {
          const end = Math.min(at + 1 + random.below(bytes.length), bytes.length);
          controller.enqueue(bytes.slice(at, end));
          at = end;
          return undefined;
        }
        if (delivery === "fails") controller.error(new TypeError("terminated"));
        else if (delivery === "stands still") return new Promise<void>(() => undefined);
        else controller.close();
        return undefined;
      },
    }),
    init,
  );
}

/** The content that an answer to a read states of itself without a contradiction; undefined when there is none. */
function claimed(service: Service, verb: Verb, { status, headers, body, delivery }: RandomAnswer): string | undefined {
  if (delivery === "fails" || delivery === "stands still") return undefined;
  const etag = headers[service.name === "GCS" ? "x-goog-generation" : "etag"];
  if (verb === "get if match" && etag !== service.etag) return undefined;
  const isEncoded = /gzip|br/.test(headers["content-encoding"] ?? "");
  const isTranscoded = headers["x-goog-stored-content-encoding"] === "gzip";
  if (service.name !== "HTTP" && (!etag || isEncoded || isTranscoded)) return undefined;
  const size = new TextEncoder().encode(body).length;
  const length = headers["content-length"];
  const isLengthRight = length === undefined || length === String(size);
  if (status === 200) {
    if (!isLengthRight && !isEncoded) return undefined;
    if (verb !== "range") return body;
    return service.name === "HTTP" ? body.slice(3, 5) : undefined;
  }
  const [, total] = /^bytes 3-4\/(\d{1,16})$/.exec(headers["content-range"] ?? "") ?? [];
  const isRight =
    status === 206 && verb === "range" && total !== undefined && Number(total) >= 5 && size === 2 && isLengthRight && !isEncoded;
  return isRight ? body : undefined;
}

/** What one input was, and what was wrong with the result; undefined when it was right. */
export type Finding = { readonly service: string; readonly verb: Verb; readonly answer: unknown; readonly problem: string } | undefined;

/** Gives one store one random answer and checks what it makes of it. */
export async function tryRandomAnswer(random: Random): Promise<Finding> {
  const service = random.pick(services);
  const verb = random.pick(verbs.filter((each) => service.verbs.includes(each)));
  const answers: RandomAnswer[] = [];
  const send: typeof fetch = async (_, init) => {
    const method = init?.method ?? "GET";
    const valid = validAnswer(service, verb, method);
    // The first answer is hostile, and some of the next.
    const isHostile = answers.length === 0 || random.isOneIn(4);
    const answer = isHostile ? mutated(random, service, verb, valid) : valid;
    answers.push(answer);
    if (answers.length > 60) throw new Error("endless");
    return toResponse(random, answer, method === "HEAD");
  };
  const retry = { maxRetries: random.below(3), delayMs: 0, maxElapsedMs: 1000 };
  const store = service.make("http://server.test", { fetch: send, retry, timeoutMs: 100 });
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<{ readonly problem: string }>((resolve) => {
    timer = setTimeout(() => resolve({ problem: "endless" }), 60_000);
  });
  const result = await Promise.race([
    late,
    call(store, verb, service).then(
      (value) => ({ value }),
      (error: unknown) => ({ error }),
    ),
  ]);
  clearTimeout(timer);
  const problem =
    "problem" in result
      ? result.problem
      : "error" in result
        ? problemOfError(result.error)
        : problemOfValue(service, verb, answers, result.value);
  return problem === undefined ? undefined : { service: service.name, verb, answer: answers, problem };
}

function problemOfError(error: unknown): string | undefined {
  if (!isEdgewaterError(error)) return `a raw error: ${String(error)}`;
  if (error.message.length > 400) return `a message of ${error.message.length} characters`;
  if (!/^[\x20-\x7e…]*$/.test(error.message)) return `a message that is not printable: ${JSON.stringify(error.message)}`;
  return `${error.message} ${JSON.stringify(error)}`.includes("very-secret") ? `a secret: ${error.message}` : undefined;
}

function problemOfValue(service: Service, verb: Verb, answers: readonly RandomAnswer[], value: unknown): string | undefined {
  const wrong = `wrong data: ${JSON.stringify(value)}`;
  if (verb === "get" || verb === "range" || verb === "get if match") {
    return answers.some((answer) => claimed(service, verb, answer) === value) ? undefined : wrong;
  }
  if (verb === "head") return Number.isSafeInteger(value) && (value as number) >= 0 ? undefined : wrong;
  if (verb === "put" || verb === "create" || verb === "copy") return typeof value === "string" && value !== "" ? undefined : wrong;
  if (!verb.startsWith("list")) return value === undefined ? undefined : wrong;
  const listed = value as readonly string[];
  const isKey = (name: string): boolean =>
    name.split("/").every((part) => part !== "" && part !== "." && part !== "..") && ![...name].some((character) => character < " ");
  if (!listed.every((name) => name.startsWith("p/") && isKey(name.replace(/\/$/, "")))) return wrong;
  return answers.some(({ isPlausible }) => isPlausible) || JSON.stringify(listed) === JSON.stringify([...names].sort()) ? undefined : wrong;
}
