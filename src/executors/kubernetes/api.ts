/** The five requests to the API server that steps need, by plain fetch. */
import { type EdgewaterError, type ErrorCode, isEdgewaterError } from "../../errors.ts";
import { type Call, failed } from "../../object-store/call.ts";
import { textBody } from "../../object-store/client/answer/body.ts";
import { exchange } from "../../object-store/client/exchange.ts";
import { isTransient, retryAfterMs } from "../../object-store/client/send-with-retry.ts";
import { type RetryPolicy, retrying } from "../../retry.ts";
import { type Cluster, clusterOf } from "./cluster.ts";
import type { JobManifest } from "./job.ts";
import type { KubernetesOptions } from "./options.ts";
import type { Job, List, Pod, Status } from "./resources.ts";
import { untrusted } from "./untrusted.ts";

/** One event of a watch. */
export type WatchEvent =
  | { readonly type: "ADDED" | "MODIFIED" | "DELETED"; readonly object: Job }
  | { readonly type: "ERROR" }
  | { readonly type: "BOOKMARK" };

interface Request {
  readonly method: "GET" | "POST" | "DELETE";
  readonly path: string;
  readonly body?: object | undefined;
}

/** An answer of the server that is no success. */
interface Refusal {
  readonly code: number;
  readonly message: string;
}

type Answer<Value> = { readonly value: Value } | { readonly refusal: Refusal };

/** Ten minutes: an API server may be replaced meanwhile. */
const patient: RetryPolicy = { maxRetries: Number.POSITIVE_INFINITY, maxElapsedMs: 600_000 };

/** How many Jobs one page of a list has. */
const pageSize = 500;
const maxAnswerBytes = 2 ** 27;

const codes: Readonly<Record<number, ErrorCode>> = {
  400: "SettingsError",
  401: "Unauthenticated",
  403: "PermissionDenied",
  404: "NotFound",
  422: "SettingsError",
};

const remedies: Readonly<Record<number, string>> = {
  400: "correct the options of kubernetes",
  401: "pass a token that is valid; a function is asked for every request",
  403: "give the service account the role of examples/kubernetes",
  404: "create the namespace, or pass another one",
  422: "correct the options of kubernetes",
};

/** The API server, as one namespace of it. */
export class Api {
  readonly #options: KubernetesOptions;
  readonly #cluster: Cluster;
  /** Whether the server knows the field. It is of Kubernetes 1.28. */
  #knowsReplacement = true;

  constructor(options: KubernetesOptions) {
    this.#options = options;
    this.#cluster = clusterOf(options);
  }

  /** The namespace of the Jobs. */
  namespace(): Promise<string> {
    return this.#cluster.namespace();
  }

  /** Creates a Job, and returns it; undefined when there is one with its name. */
  async create(manifest: JobManifest, signal: AbortSignal): Promise<Job | undefined> {
    const { podReplacementPolicy, ...spec } = manifest.spec;
    const body = this.#knowsReplacement ? manifest : { ...manifest, spec };
    // Without the parameter a server drops what it does not know: a wrong name would have no effect.
    const request = { method: "POST", path: "?fieldValidation=Strict", body } as const;
    const call = this.#call("write", manifest.metadata.name, signal);
    const answer = await this.#send<Job>(call, request);
    if ("value" in answer) return answer.value;
    const { code, message } = answer.refusal;
    if (code === 409) return undefined;
    if (code === 400 && this.#knowsReplacement && message.includes('unknown field "spec.podReplacementPolicy"')) {
      this.#knowsReplacement = false;
      return this.create(manifest, signal);
    }
    throw refused(call, answer.refusal);
  }

  /** Reads a Job; undefined when it does not exist. */
  async read(name: string, signal: AbortSignal): Promise<Job | undefined> {
    const call = this.#call("read", name, signal);
    const answer = await this.#send<Job>(call, { method: "GET", path: `/${name}` });
    if ("value" in answer) return answer.value;
    if (answer.refusal.code === 404) return undefined;
    throw refused(call, answer.refusal);
  }

  /** The Jobs with a label, and the version of the list, from which a watch goes on. */
  async list(selector: string, signal: AbortSignal): Promise<{ readonly jobs: readonly Job[]; readonly version: string }> {
    const call = this.#call("list", selector, signal);
    const jobs: Job[] = [];
    for (let next = ""; ; ) {
      const query = new URLSearchParams({ labelSelector: selector, limit: `${pageSize}`, ...(next && { continue: next }) });
      const answer = await this.#send<List<Job>>(call, { method: "GET", path: `?${query}` });
      if ("refusal" in answer) {
        // The pages before are too old: from the beginning.
        if (answer.refusal.code !== 410) throw refused(call, answer.refusal);
        next = "";
        jobs.length = 0;
        continue;
      }
      const { items, metadata } = answer.value;
      jobs.push(...items);
      next = metadata.continue ?? "";
      if (next === "") return { jobs, version: metadata.resourceVersion };
    }
  }

  /**
   * What happens to the Jobs with a label, until the server ends the watch or the connection is lost.
   *
   * @param seconds the time after which the server ends it
   * @throws `Unavailable`, and the refusals of the server
   */
  async *watch(selector: string, version: string, seconds: number, signal: AbortSignal): AsyncGenerator<WatchEvent> {
    const call = this.#call("list", selector, signal);
    const query = new URLSearchParams({ watch: "1", labelSelector: selector, resourceVersion: version, timeoutSeconds: `${seconds}` });
    const response = await this.#answerTo(call, { method: "GET", path: `?${query}` });
    if (!response.ok) {
      const refusal = await refusalOf(call, response);
      // The version is too old.
      if (refusal.code === 410) return;
      throw refused(call, refusal);
    }
    let rest = "";
    for await (const chunk of chunksOf(response)) {
      const lines = (rest + chunk).split("\n");
      rest = lines.pop() as string;
      for (const line of lines) if (line !== "") yield JSON.parse(line) as WatchEvent;
    }
  }

  /** Deletes a Job with its pods. It may be gone already. */
  async delete(name: string, signal: AbortSignal): Promise<void> {
    const call = this.#call("delete", name, signal);
    // Unless it is said, a Job goes without its pods.
    const answer = await this.#send(call, { method: "DELETE", path: `/${name}`, body: { propagationPolicy: "Background" } });
    if ("refusal" in answer && answer.refusal.code !== 404 && answer.refusal.code !== 409) throw refused(call, answer.refusal);
  }

  /** The pods of a Job. */
  async pods(job: string, signal: AbortSignal): Promise<readonly Pod[]> {
    const call = this.#call("list", `pods of ${job}`, signal);
    const path = `?${new URLSearchParams({ labelSelector: `job-name=${job}` })}`;
    const answer = await this.#send<List<Pod>>(call, { method: "GET", path }, "pods");
    if ("refusal" in answer) throw refused(call, answer.refusal);
    return answer.value.items;
  }

  #call(verb: Call["verb"], key: string, signal: AbortSignal): Call {
    return { store: `Kubernetes(${this.#cluster.server})`, verb, key, signal };
  }

  /** Sends a request, and again while the server cannot be reached or is busy. */
  async #send<Value>(call: Call, request: Request, resource: "jobs" | "pods" = "jobs"): Promise<Answer<Value>> {
    const waitForRetry = retrying({ ...patient, ...this.#options.retry }, call);
    for (let renewals = 0; ; ) {
      let error: unknown;
      let waitMs = 0;
      try {
        const response = await this.#answerTo(call, request, resource);
        if (response.ok) {
          const text = await textBody(call, response, { maxBytes: maxAnswerBytes });
          return { value: parsed<Value>(call, text) };
        }
        const refusal = await refusalOf(call, response);
        // The token was replaced after it was read.
        if (response.status === 401 && renewals++ === 0) continue;
        if (!isTransient(response)) return { refusal };
        error = refused(call, refusal);
        waitMs = retryAfterMs(response);
      } catch (cause) {
        if (!isEdgewaterError(cause, "Unavailable")) throw cause;
        error = cause;
      }
      if (!(await waitForRetry(error, { retryAfterMs: waitMs }))) throw error;
    }
  }

  async #answerTo(call: Call, { method, path, body }: Request, resource: "jobs" | "pods" = "jobs"): Promise<Response> {
    const { server } = this.#cluster;
    const [token, namespace] = await Promise.all([this.#cluster.token(), this.#cluster.namespace()]);
    const base = resource === "jobs" ? "/apis/batch/v1" : "/api/v1";
    const headers = { accept: "application/json", ...(token && { authorization: `Bearer ${token}` }) };
    const url = `${server}${base}/namespaces/${namespace}/${resource}${path}`;
    const json = body && {
      headers: { ...headers, "content-type": "application/json" },
      body: new TextEncoder().encode(JSON.stringify(body)),
    };
    try {
      return await exchange(call, { method, url, headers, ...json }, { fetch: this.#options.fetch });
    } catch (error) {
      throw untrusted(call, error) ?? error;
    }
  }
}

/** The text of an answer, as it arrives. */
async function* chunksOf(response: Response): AsyncGenerator<string> {
  const reader = response.body?.getReader();
  if (reader === undefined) return;
  const decoder = new TextDecoder();
  try {
    for (let read = await reader.read(); !read.done; read = await reader.read()) yield decoder.decode(read.value, { stream: true });
  } finally {
    await reader.cancel().catch(() => {});
  }
}

function parsed<Value>(call: Call, text: string): Value {
  try {
    return JSON.parse(text) as Value;
  } catch (cause) {
    throw failed(call, "Unavailable", "the server answered with something that is no JSON", { cause });
  }
}

/** What a server says about a request that it refuses. */
async function refusalOf(call: Call, response: Response): Promise<Refusal> {
  const text = await textBody(call, response, { maxBytes: 65_536 });
  const { status } = response;
  try {
    const { message } = JSON.parse(text) as Status;
    return { code: status, message: message ?? `HTTP status ${status}` };
  } catch {
    return { code: status, message: `HTTP status ${status}` };
  }
}

function refused(call: Call, { code, message }: Refusal): EdgewaterError {
  const remedy = remedies[code];
  return failed(call, codes[code] ?? "Unavailable", `the API server says: ${message}${remedy === undefined ? "" : `; ${remedy}`}`);
}
