import { callSafely, EdgewaterError, isEdgewaterError } from "../../errors.ts";
import { bodyText } from "../../http/body.ts";
import { parsed } from "../../http/json.ts";
import { damaged, Refusal } from "../../http/refusal.ts";
import {
  aFunction,
  arrayOf,
  aString,
  checkOptions,
  describe,
  either,
  type OptionKinds,
  objectOf,
  oneOf,
  required,
  wholeNumber,
} from "../../options.ts";
import type { UseBackend } from "../../storage/backend.ts";
import { BackendStorage } from "../../storage/backend-storage.ts";
import type { Batch } from "../../storage/batch.ts";
import type { AnyEvent } from "../../storage/events.ts";
import { isPlain } from "../../storage/json-value.ts";
import type { Storage } from "../../storage/types.ts";
import { answerJson } from "../answers.ts";
import { type Answers, type Asks, askFrom, isOperation, type Operation } from "../operations.ts";
import { type Answer, hasVersions, pageSize, type Question, versionProblem, versions } from "../protocol.ts";
import type { Access, Authorize } from "./access.ts";
import { type Cors, corsHeaders, preflight } from "./cors.ts";
import { failureAnswer } from "./refusal.ts";

/** Options of {@link serveStorage}. */
export interface ServeOptions {
  /**
   * Says what a request may do, such as {@link bearer}. Called for every request, before its body is read. `() => "write"` lets
   * everybody read and write.
   */
  readonly authorize: Authorize;
  /** Which pages of other origins may ask; none unless given. */
  readonly cors?: Cors;
  /** Largest body of a request, in bytes; 16 MiB unless given. */
  readonly maxBodyBytes?: number;
  /** Told of every error that is not the client's, which is sent a short text instead. What it throws is ignored. */
  readonly onError?: (error: unknown, request: Request) => void;
}

const kinds: OptionKinds<ServeOptions> = {
  authorize: required(aFunction),
  cors: objectOf<Cors>({ origins: required(either(arrayOf(aString), oneOf("*"))) }),
  maxBodyBytes: wholeNumber(1),
  onError: aFunction,
};

/**
 * Serves a Storage to tabs, edge functions and other servers, which open it with `remote(url, { token })`. Returns a handler of
 * requests for `Deno.serve`, `Bun.serve`, `export default { fetch }` of a Worker and, through `nodeListener`, for Node. Requests go
 * to paths below the URL of the clients, such as `/records/commit`.
 *
 * The Storage stays yours to close.
 *
 * @throws `SettingsError` for wrong options, and for a Storage that was not made by `Storage`
 *
 * @example
 * ```ts
 * const handler = serveStorage(storage, { authorize: bearer({ write: env.TOKEN }), cors: { origins: ["https://app.example.org"] } });
 * ```
 */
export function serveStorage(storage: Storage, options: ServeOptions): (request: Request) => Promise<Response> {
  checkOptions("serveStorage", options, kinds);
  const use = BackendStorage.serve(storage);
  if (use === undefined) {
    const expected = "a Storage of Storage.memory, Storage.embedded or Storage.connect";
    throw new EdgewaterError("SettingsError", `Invalid storage of serveStorage: ${describe(storage)}; expected ${expected}`, {
      field: "storage",
    });
  }
  const server = new Server(storage, use, options);
  return (request) => server.handle(request);
}

const defaultMaxBodyBytes = 16 * 2 ** 20;
const tooLargeRemedy = "commit in smaller batches, or raise maxBodyBytes";

class Server {
  readonly #storage: Storage;
  readonly #use: UseBackend;
  readonly #options: ServeOptions;

  constructor(storage: Storage, use: UseBackend, options: ServeOptions) {
    this.#storage = storage;
    this.#use = use;
    this.#options = options;
  }

  async handle(request: Request): Promise<Response> {
    const cors = corsHeaders(request, this.#options.cors);
    if (request.method === "OPTIONS") return preflight(cors);
    const operation = new URL(request.url).pathname.split("/").at(-1) ?? "";
    let question: Question | undefined;
    try {
      const access = await this.#accessOf(request, operation);
      if (!isOperation(operation)) throw new Refusal("NotFound", 404, "there is no such operation; check the URL");
      if (operation === "commit" && access !== "write") throw new Refusal("PermissionDenied", 403, "the credentials permit reading only");
      question = await this.#read(request);
      const answer = await this.#answer(operation, askFrom(operation, question.ask), request);
      return respond(200, { edgewater: "records", ...versions, id: question.id, answer: answerJson(operation, answer) }, cors);
    } catch (error) {
      const failure = failureAnswer(error, this.#storage, question?.id, question !== undefined && operation === "commit");
      const isOurs = failure.status >= 500 && !(error instanceof Refusal);
      if (isOurs) callSafely(() => this.#options.onError?.(error, request));
      return respond(failure.status, failure.answer, cors);
    }
  }

  async #accessOf(request: Request, operation: string): Promise<Access> {
    if (request.method !== "POST") throw new Refusal("NotSupported", 405, "only POST is supported");
    // A page of another origin cannot send this type without being permitted to.
    if (!/^application\/json\b/i.test(request.headers.get("content-type") ?? "")) {
      throw new Refusal("NotSupported", 415, "the content type must be application/json");
    }
    const access = await this.#options.authorize(request);
    if (access === "write" || access === "read") return access;
    if (access === "none") throw new Refusal("Unauthenticated", 401, "the credentials are missing or wrong");
    const message = `authorize of serveStorage returned something else than "write", "read" or "none" for ${JSON.stringify(operation)}`;
    throw new EdgewaterError("DefinitionError", message, { field: "authorize" });
  }

  async #read(request: Request): Promise<Question> {
    const json = parsed(await bodyText(request, this.#options.maxBodyBytes ?? defaultMaxBodyBytes, tooLargeRemedy));
    if (!isPlain(json)) throw damaged();
    const problem = hasVersions(json) ? versionProblem(json, "client") : "the request does not say which versions it has";
    if (problem !== undefined) throw new Refusal("SchemaMismatch", 409, problem);
    if (typeof json["id"] !== "string" || !/^[\w-]{1,64}$/.test(json["id"])) throw damaged();
    return json as unknown as Question;
  }

  async #answer<Name extends Operation>(operation: Name, ask: Asks[Name], request: Request): Promise<Answers[Name]> {
    return (await this.#run({ operation, ask } as Asked, request)) as Answers[Name];
  }

  #run({ operation, ask }: Asked, request: Request): Promise<Answers[Operation]> {
    const use = this.#use;
    switch (operation) {
      case "open":
        return use(async () => undefined);
      case "commit":
        return this.#commit(ask);
      case "nextEvents":
        return this.#nextEvents(ask, request);
      case "materialization":
        return use((backend) => backend.materialization(ask.assetKey, ask.partitionId));
      case "latestOf":
        return use((backend) => backend.latestOf(ask.places));
      case "definitions":
        return use((backend) => backend.definitions(ask.assetKey));
      case "run":
        return use((backend) => backend.run(ask.runId));
      case "leases":
        return use((backend) => backend.leases(ask.runId, ask.step));
      case "logs":
        return use((backend) => backend.logs(ask.runId));
      case "kv":
        return use((backend) => backend.kv(ask.key));
      case "kvList":
        return use((backend) => backend.kvList(ask.prefix));
      case "dynamicPartitions":
        return use((backend) => backend.dynamicPartitions(ask.definition));
      case "events":
        return use((backend) => backend.events(ask));
      case "latest":
        return use((backend) => backend.latest(ask));
      case "runs":
        return use((backend) => backend.runs(ask));
      case "ticks":
        return use((backend) => backend.ticks(ask));
    }
  }

  /**
   * Commits. A commit that is refused is refused for good: its id is given up, so that a second copy of the request, which the
   * network may deliver at any time, cannot take effect after the client was told.
   */
  async #commit(batch: Batch): Promise<readonly AnyEvent[]> {
    if (batch.id === undefined) throw new EdgewaterError("SettingsError", "Invalid batch: it has no id", { field: "id" });
    try {
      return await this.#storage.commit(batch);
    } catch (error) {
      if (!isEdgewaterError(error, "PreconditionFailed")) throw error;
      await this.#storage.commit({ id: batch.id });
      // A copy of the request may have committed meanwhile.
      return this.#storage.commit(batch).catch((later: unknown) => {
        throw isEdgewaterError(later, "PreconditionFailed") ? error : later;
      });
    }
  }

  async #nextEvents({ after, waitMs }: Asks["nextEvents"], request: Request): Promise<readonly AnyEvent[]> {
    const read = (): Promise<readonly AnyEvent[]> => this.#use((backend) => backend.events({ after, limit: pageSize }));
    const page = await read();
    if (page.length > 0) return page;
    const over = AbortSignal.any([request.signal, AbortSignal.timeout(waitMs)]);
    for await (const _ of this.#storage.subscribe({ after, signal: over })) return read();
    return [];
  }
}

/** A question whose fields were checked. */
type Asked = { readonly [Name in Operation]: { readonly operation: Name; readonly ask: Asks[Name] } }[Operation];

function respond(status: number, answer: Answer, cors: Readonly<Record<string, string>>): Response {
  const headers = { "content-type": "application/json", "cache-control": "no-store", "x-content-type-options": "nosniff", ...cors };
  return new Response(JSON.stringify(answer), { status, headers });
}
