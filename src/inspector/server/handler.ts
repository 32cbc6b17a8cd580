import { bodyText } from "../../http/body.ts";
import { parsed } from "../../http/json.ts";
import { damaged, Refusal } from "../../http/refusal.ts";
import type { Repository } from "../../repository/repository.ts";
import { Semaphore } from "../../run/semaphore.ts";
import { inspect } from "../inspect.ts";
import type { Action, Inspection, PreviewQuery } from "../inspection.ts";
import { checkAction } from "../options.ts";
import { type OtherName, queryOf, type ReadName, type Target, targetOf } from "../routes.ts";
import { answer, bytesAnswer, failureAnswer, headersOf, pageAnswer } from "./answers.ts";
import { defaultPace, type Pace } from "./batches.ts";
import { report } from "./errors.ts";
import { EventStreams } from "./event-stream.ts";
import { checkInspectorOptions, defaultLimits, type InspectorLimits, type InspectorOptions } from "./options.ts";
import { checkSite, checkType } from "./origin.ts";
import { Redaction } from "./redaction.ts";
import { Restricted } from "./restricted.ts";
import { Rights } from "./rights.ts";
import { TokenGate } from "./token.ts";

/**
 * Serves the inspector of a repository: its page, and what the page asks for, below any URL that ends with a slash. Returns a handler
 * of requests for `Deno.serve`, `Bun.serve`, `export default { fetch }` of a Worker and, through `nodeListener`, for Node.
 *
 * Shows no values and does nothing unless the options say so. Without `authorize`, only who has the link with the token gets in.
 * The repository stays yours to close.
 *
 * @throws `SettingsError` for wrong options
 *
 * @example
 * ```ts
 * const handler = inspector(repository, { values: "preview", actions: ["materialize", "resume"] });
 * createServer(nodeListener(handler)).listen(8787); // writes a link to the terminal when somebody comes
 * ```
 */
export function inspector(repository: Repository, options: InspectorOptions = {}): (request: Request) => Promise<Response> {
  checkInspectorOptions(options);
  const { previewBytes, rows, cell, depth } = { ...defaultLimits, ...options.limits };
  return serveInspection(inspect(repository, { limits: { previewBytes, rows, cell, depth } }), options);
}

/** Serves an Inspection as {@link inspector} does. */
export function serveInspection(
  inspection: Inspection,
  options: InspectorOptions,
  pace: Pace = defaultPace,
): (request: Request) => Promise<Response> {
  checkInspectorOptions(options);
  const server = new Server(inspection, options, pace);
  return (request) => server.handle(request);
}

const maxBodyBytes = 1_000_000;
const maxImportBytes = 1_000_000_000;

type Known = Exclude<Target, { readonly kind: "unknown" }>;

class Server {
  readonly #inspection: Inspection;
  readonly #options: InspectorOptions;
  readonly #redaction: Redaction;
  readonly #gate: TokenGate | undefined;
  readonly #limits: Required<InspectorLimits>;
  readonly #streams: EventStreams;
  readonly #previews: Semaphore;

  constructor(inspection: Inspection, options: InspectorOptions, pace: Pace) {
    this.#inspection = inspection;
    this.#options = options;
    this.#redaction = new Redaction(options);
    this.#gate = options.authorize === undefined ? new TokenGate(options) : undefined;
    this.#limits = { ...defaultLimits, ...options.limits };
    this.#streams = new EventStreams(this.#limits.streams, pace);
    this.#previews = new Semaphore(this.#limits.previews);
  }

  async handle(request: Request): Promise<Response> {
    try {
      const url = new URL(request.url);
      const target = targetOf(url.pathname);
      if (target.kind === "unknown") return withSlash(request, url) ?? refuse("NotFound", 404, "there is nothing at this URL; check it");
      const method = target.kind === "other" ? target.method : "GET";
      if (request.method !== method) refuse("NotSupported", 405, `only ${method} is supported here`);
      return await this.#answer(target, request, url);
    } catch (error) {
      report(error, request, this.#options.onError);
      return failureAnswer(error);
    }
  }

  async #answer(target: Known, request: Request, url: URL): Promise<Response> {
    const rights = new Rights(request, this.#options);
    this.#gate?.enter(request, target.mount);
    if (target.kind === "page" || target.kind === "file") {
      // The page says nothing; with a token it is what trades the token for the cookie.
      await rights.require("view");
      return pageAnswer(target.kind === "file" ? target.file : undefined);
    }
    checkSite(request);
    const operation = target.kind === "other" ? target.operation : undefined;
    if (operation === "session") return this.#session(request, target.mount);
    await this.#gate?.check(request);
    await rights.require("view");
    const inspection = new Restricted(this.#inspection, rights, this.#redaction);
    if (target.kind === "read") return this.#read(target.operation, target.name, inspection, request, url);
    return this.#other(operation as Exclude<OtherName, "session">, inspection, request, url);
  }

  async #session(request: Request, mount: string): Promise<Response> {
    checkType(request, "application/json");
    const json = (await bodyJson(request)) as { readonly token?: unknown } | null;
    if (this.#gate === undefined) return refuse("NotFound", 404, "there is no token here; authorize of the inspector decides");
    const cookie = await this.#gate.trade(json?.token, request, mount);
    return new Response(null, { status: 204, headers: { ...headersOf(), "set-cookie": cookie } });
  }

  async #read(operation: ReadName, name: string | undefined, inspection: Inspection, request: Request, url: URL): Promise<Response> {
    const options = { ...queryOf(operation, url.searchParams), signal: request.signal };
    if (operation === "snapshot") return this.#snapshot(inspection, request);
    if (operation === "bytes") return bytesAnswer(await inspection.bytes(name ?? "", options));
    // Which of the methods takes a name is said by its path.
    const ask = inspection[operation].bind(inspection) as (...given: readonly unknown[]) => Promise<unknown>;
    const view = (): Promise<unknown> => (name === undefined ? ask(options) : ask(name, options));
    if (operation !== "preview" && operation !== "diff") return answer(200, await view());
    const { maxBytes } = options as PreviewQuery;
    if (typeof maxBytes === "number") Object.assign(options, { maxBytes: Math.min(maxBytes, this.#limits.previewBytes) });
    return answer(200, await this.#previews.run(view), { isValue: true });
  }

  async #snapshot(inspection: Inspection, request: Request): Promise<Response> {
    const snapshot = await inspection.snapshot({ signal: request.signal });
    const headers = { etag: `"${snapshot.etag}"` };
    if (request.headers.get("if-none-match") === headers.etag)
      return new Response(null, { status: 304, headers: { ...headersOf(), ...headers } });
    return answer(200, snapshot, { headers });
  }

  async #other(operation: Exclude<OtherName, "session">, inspection: Inspection, request: Request, url: URL): Promise<Response> {
    const { signal } = request;
    switch (operation) {
      case "events":
        return this.#streams.respond(inspection, request);
      case "plan":
        return answer(200, await inspection.plan(await actionOf(request), { signal }));
      case "act": {
        const action = await actionOf(request);
        const id = request.headers.get("idempotency-key");
        // Whether the client waits for the answer or leaves, what it has asked for begins.
        return answer(200, await inspection.act(action, id === null ? {} : { id }));
      }
      case "export": {
        const what = url.searchParams.get("what") ?? "records";
        if (what !== "records" && what !== "all")
          return refuse("SettingsError", 422, 'Invalid what of an export; expected "records" or "all"');
        const type = { "content-type": "application/x-ndjson", "content-disposition": 'attachment; filename="edgewater.ndjson"' };
        return new Response(await inspection.export(what, { signal }), { headers: { ...headersOf(), ...type } });
      }
      case "import": {
        checkType(request, "application/x-ndjson");
        const options = { merge: flag(url, "merge"), dryRun: flag(url, "dryRun"), signal };
        return answer(200, await inspection.import(limited(request), options));
      }
    }
  }
}

function refuse(code: Refusal["code"], status: number, reason: string): never {
  throw new Refusal(code, status, reason);
}

/** Leads somebody who has left out the slash at the end of the mount to the page. */
function withSlash(request: Request, { pathname }: URL): Response | undefined {
  if (request.method !== "GET" || !/\btext\/html\b/.test(request.headers.get("accept") ?? "")) return undefined;
  const location = `./${pathname.slice(pathname.lastIndexOf("/") + 1)}/`;
  return new Response(null, { status: 308, headers: { ...headersOf(), location } });
}

async function actionOf(request: Request): Promise<Action> {
  checkType(request, "application/json");
  const action = await bodyJson(request);
  checkAction(action);
  return action as Action;
}

async function bodyJson(request: Request): Promise<unknown> {
  const json = parsed(await bodyText(request, maxBodyBytes, "select less at once"));
  if (json === undefined) throw damaged();
  return json;
}

function flag(url: URL, name: string): boolean {
  const given = url.searchParams.get(name);
  if (given === null || given === "false") return false;
  if (given === "true") return true;
  return refuse("SettingsError", 422, `Invalid ${name} of an import; expected true or false`);
}

/** The body of an import, which ends with a refusal when it is too large. */
function limited({ body, headers }: Request): ReadableStream<Uint8Array> {
  const tooLarge = (): Refusal =>
    new Refusal("NotSupported", 413, `the file is larger than ${maxImportBytes} bytes; import it with npx edgewater import`);
  if (Number(headers.get("content-length") ?? 0) > maxImportBytes) throw tooLarge();
  let size = 0;
  const count = new TransformStream<Uint8Array, Uint8Array>({
    transform: (chunk, controller) => {
      size += chunk.byteLength;
      if (size > maxImportBytes) controller.error(tooLarge());
      else controller.enqueue(chunk);
    },
  });
  return (body ?? new ReadableStream({ start: (controller) => controller.close() })).pipeThrough(count);
}
