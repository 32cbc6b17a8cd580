/**
 * The Inspection of another process, over HTTP.
 *
 * @module
 */
import { EdgewaterError, type ErrorCode, isEdgewaterError, throwIfAborted } from "../errors.ts";
import { aFunction, aName, aURL, checkOptions, checkValue, type OptionKinds, required } from "../options.ts";
import { listen } from "./client-events.ts";
import type { Acted, ErrorView, ImportView, Inspection, PlanView, Snapshot } from "./inspection.ts";
import { frozen } from "./json-text.ts";
import { checkCallOptions } from "./options.ts";
import { type ReadName, readUrl } from "./routes.ts";

/** Options of {@link connectInspection}. */
export interface ConnectInspectionOptions {
  /** The token of the handler, outside of its page; pages have a cookie. */
  readonly token?: string;
  /** Sends the requests; the runtime's own `fetch` unless given. */
  readonly fetch?: typeof fetch;
}

const kinds: OptionKinds<ConnectInspectionOptions> = { token: aName, fetch: aFunction };

/**
 * The Inspection that a handler of `inspector` serves at a URL. Asks nothing by itself.
 *
 * @throws `SettingsError` for a URL that is not http or https, and for wrong options
 *
 * @example
 * ```ts
 * const { nodes } = await connectInspection("http://localhost:8787/", { token }).snapshot();
 * ```
 */
export function connectInspection(url: string | URL, options: ConnectInspectionOptions = {}): Inspection {
  checkOptions("connectInspection", options, kinds);
  checkValue("connectInspection", "url", url, required(aURL));
  const base = URL.canParse(url) ? new URL(url) : undefined;
  if (base === undefined || !/^https?:$/.test(base.protocol)) {
    throw new EdgewaterError("SettingsError", "Invalid url of connectInspection; expected an http or https URL", { field: "url" });
  }
  base.search = "";
  base.hash = "";
  if (!base.pathname.endsWith("/")) base.pathname += "/";
  return new Client(base, options);
}

/**
 * Trades the token of a link for a cookie that no script can read, from the page of the inspector.
 *
 * @throws `Unauthenticated` for a wrong token
 */
export async function tradeToken(url: URL, token: string, { fetch: send = fetch }: ConnectInspectionOptions = {}): Promise<void> {
  await request(url, "api/session", { method: "POST", json: { token } }, { fetch: send });
}

class Client implements Inspection {
  readonly #base: URL;
  readonly #options: ConnectInspectionOptions;
  readonly #closed = new AbortController();
  #snapshot: Snapshot | undefined;

  constructor(base: URL, options: ConnectInspectionOptions) {
    this.#base = base;
    this.#options = options;
  }

  /** The same snapshot as before while nothing has changed: then the server sends none. */
  async snapshot({ signal }: { readonly signal?: AbortSignal } = {}): Promise<Snapshot> {
    const known = this.#snapshot;
    const headers = known === undefined ? {} : { "if-none-match": `"${known.etag}"` };
    const response = await this.#send("api/snapshot", { headers, signal });
    if (response.status === 304 && known !== undefined) return known;
    this.#snapshot = frozen(await jsonOf<Snapshot>(response));
    return this.#snapshot;
  }

  readonly events: Inspection["events"] = (after, signal) =>
    listen(
      (cursor, headers, over) => this.#send(`api/events?after=${cursor}`, { headers, signal: over }),
      after,
      AbortSignal.any([signal, this.#closed.signal]),
    );

  readonly asset = this.#named("asset") as Inspection["asset"];
  readonly partitions = this.#named("partitions") as Inspection["partitions"];
  readonly partitionRows = this.#named("partitionRows") as Inspection["partitionRows"];
  readonly run = this.#named("run") as Inspection["run"];
  readonly logs = this.#named("logs") as Inspection["logs"];
  readonly why = this.#named("why") as Inspection["why"];
  readonly preview = this.#named("preview") as Inspection["preview"];
  readonly diff = this.#named("diff") as Inspection["diff"];
  readonly runs = this.#plain("runs") as Inspection["runs"];
  readonly automation = this.#plain("automation") as Inspection["automation"];
  readonly objects = this.#plain("objects") as Inspection["objects"];
  readonly storage = this.#plain("storage") as Inspection["storage"];

  readonly bytes: Inspection["bytes"] = async (name, given = {}) => {
    checkCallOptions("bytes", given);
    const { signal, ...options } = given;
    const { headers, body } = await this.#send(readUrl("bytes", name, options), { signal });
    const [, file] = /filename\*=UTF-8''([^;]+)/.exec(headers.get("content-disposition") ?? "") ?? [];
    return { name: file === undefined ? name : decodeURIComponent(file), stream: body ?? emptyStream() };
  };

  readonly plan: Inspection["plan"] = async (action, { signal } = {}) =>
    frozen(await jsonOf<PlanView>(await this.#send("api/plan", { method: "POST", json: action, signal })));

  readonly act: Inspection["act"] = async (action, { id = crypto.randomUUID(), signal } = {}) => {
    const headers = { "idempotency-key": id };
    return frozen(await jsonOf<Acted>(await this.#send("api/act", { method: "POST", json: action, headers, signal })));
  };

  readonly export: Inspection["export"] = async (what, { signal } = {}) => {
    const { body } = await this.#send(`api/export?what=${what}`, { signal });
    return body ?? emptyStream();
  };

  readonly import: Inspection["import"] = async (file, { merge = false, dryRun = false, signal } = {}) => {
    const path = `api/import?merge=${merge}&dryRun=${dryRun}`;
    return frozen(await jsonOf<ImportView>(await this.#send(path, { method: "POST", body: file, signal })));
  };

  async close(): Promise<void> {
    this.#closed.abort();
  }

  #named(operation: ReadName): (name: string, options?: Signaled) => Promise<unknown> {
    return (name, options) => this.#read(operation, name, options);
  }

  #plain(operation: ReadName): (options?: Signaled) => Promise<unknown> {
    return (options) => this.#read(operation, undefined, options);
  }

  async #read(operation: ReadName, name: string | undefined, given: Signaled = {}): Promise<unknown> {
    checkCallOptions(operation, given);
    const { signal, ...options } = given;
    return frozen(await jsonOf(await this.#send(readUrl(operation, name, options), { signal })));
  }

  #send(path: string, sent: Sent): Promise<Response> {
    if (this.#closed.signal.aborted) throw new EdgewaterError("Closed", "This inspection was closed");
    return request(this.#base, path, sent, this.#options);
  }
}

const emptyStream = (): ReadableStream<Uint8Array> => new ReadableStream({ start: (controller) => controller.close() });

interface Signaled {
  readonly signal?: AbortSignal;
}

interface Sent {
  readonly method?: "GET" | "POST";
  readonly json?: unknown;
  readonly body?: ReadableStream<Uint8Array>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal | undefined;
}

/** Sends a request. @throws what the server refuses it with, `Unavailable` when it cannot be reached, and `Aborted` */
async function request(base: URL, path: string, sent: Sent, { token, fetch: send = fetch }: ConnectInspectionOptions): Promise<Response> {
  const { method = "GET", json, body, signal } = sent;
  const headers: Record<string, string> = {
    accept: "application/json",
    ...(json !== undefined && { "content-type": "application/json" }),
    ...(body !== undefined && { "content-type": "application/x-ndjson" }),
    // Browsers set it by themselves, and let nobody else.
    ...(method === "POST" && { origin: base.origin }),
    ...(token !== undefined && { authorization: `Bearer ${token}` }),
    ...sent.headers,
  };
  const init: RequestInit & { readonly duplex?: "half" } = {
    method,
    headers,
    // A redirect could take the token and an action elsewhere; workerd has no "error".
    redirect: "manual",
    ...(json !== undefined && { body: JSON.stringify(json) }),
    ...(body !== undefined && { body, duplex: "half" as const }),
    ...(signal !== undefined && { signal }),
  };
  let response: Response;
  try {
    response = await send(new URL(path, base), init);
  } catch (cause) {
    throwIfAborted(signal);
    throw new EdgewaterError("Unavailable", `Cannot reach the inspector at ${base.origin}; check that it runs`, { cause });
  }
  if (response.ok || response.status === 304) return response;
  if (response.type === "opaqueredirect" || (response.status >= 300 && response.status < 400)) {
    throw new EdgewaterError("Unavailable", `The inspector at ${base.origin} answered with a redirect; pass the URL that it leads to`);
  }
  throw await failureOf(response);
}

const byStatus: Readonly<Record<number, ErrorCode>> = {
  401: "Unauthenticated",
  403: "PermissionDenied",
  404: "NotFound",
  413: "NotSupported",
};

/** The error that a server has answered with, or the one of its status when something in between has answered. */
async function failureOf(response: Response): Promise<EdgewaterError> {
  const error = await response.json().then(
    (json: { readonly error?: Partial<ErrorView> } | null) => json?.error,
    () => undefined,
  );
  if (typeof error?.code === "string" && typeof error.message === "string") {
    return new EdgewaterError(error.code as ErrorCode, error.message, error.details ?? {});
  }
  return new EdgewaterError(byStatus[response.status] ?? "Unavailable", `The inspector answered with status ${response.status}`);
}

async function jsonOf<Value>(response: Response): Promise<Value> {
  try {
    return (await response.json()) as Value;
  } catch (cause) {
    if (isEdgewaterError(cause)) throw cause;
    throw new EdgewaterError("Unavailable", "The answer of the inspector was cut off", { cause });
  }
}
