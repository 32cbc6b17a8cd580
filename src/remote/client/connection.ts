import { EdgewaterError, type ErrorCode, isEdgewaterError, orAborted } from "../../errors.ts";
import { parsed } from "../../http/json.ts";
import { type Call, failed, printable } from "../../object-store/call.ts";
import { unexpected } from "../../object-store/client/answer/answer.ts";
import { textBody } from "../../object-store/client/answer/body.ts";
import { isRedirect, redirectError } from "../../object-store/client/answer/redirect.ts";
import { defaultTimeoutMs, exchange, isUnsent, type TransportOptions } from "../../object-store/client/exchange.ts";
import { isTransient, retryAfterMs } from "../../object-store/client/send-with-retry.ts";
import { type RetryPolicy, retrying } from "../../retry.ts";
import { commitMemoryMs } from "../../storage/batch.ts";
import { answerFrom } from "../answers.ts";
import { batchJson } from "../batch-json.ts";
import type { Answers, Asks, Operation } from "../operations.ts";
import { type Answer, isAnswer, type Question, versionProblem, versions } from "../protocol.ts";

/** Where a served Storage is, and how it is asked. */
export interface ConnectionOptions extends TransportOptions {
  /** For messages. */
  readonly name: string;
  /** The URL, without a slash at its end. */
  readonly url: string;
  readonly token?: string | (() => string | Promise<string>) | undefined;
}

/** What differs for one question. */
export interface AskOptions {
  readonly signal?: AbortSignal | undefined;
  /** Whether to ask again without end, with the waits of the policy. */
  readonly untilEnded?: boolean;
}

/** What came of one attempt. */
type Reply<Value> = { readonly value: Value } | Failure;

interface Failure {
  readonly error: EdgewaterError;
  /** Whether the server may have done what it was asked for, or may still do it; undefined when it says so for all attempts. */
  readonly mayHaveHappened: boolean | undefined;
  readonly retryAfterMs?: number;
}

const endless: RetryPolicy = { maxRetries: Number.POSITIVE_INFINITY, maxElapsedMs: Number.POSITIVE_INFINITY };

/** A policy that sends nothing again whose id the server may have forgotten. */
function whileRemembered(retry: RetryPolicy | undefined): RetryPolicy | undefined {
  const { maxElapsedMs } = retry ?? {};
  return maxElapsedMs === undefined ? retry : { ...retry, maxElapsedMs: Math.min(maxElapsedMs, commitMemoryMs / 2) };
}

/** The largest answer, in bytes: the latest records of a million partitions have less. */
const maxAnswerBytes = 2 ** 29 - 25;

/** The errors of a server that are passed on; any other is `Unavailable`. */
const passedOn: readonly ErrorCode[] = [
  "NotFound",
  "InvalidPath",
  "PreconditionFailed",
  "PermissionDenied",
  "Unauthenticated",
  "NotSupported",
  "QuotaExceeded",
  "Integrity",
  "SettingsError",
  "MetadataError",
  "PartitionError",
  "SchemaMismatch",
];

/** Refusals of what was asked for. They hold for every attempt: the server gives the id of a refused commit up. */
const refusals: readonly ErrorCode[] = ["PreconditionFailed", "SettingsError", "InvalidPath", "MetadataError", "PartitionError"];

/** Asks a served Storage, and compares its answers with the questions. */
export class Connection {
  readonly #options: ConnectionOptions;

  constructor(options: ConnectionOptions) {
    this.#options = options;
  }

  /** Milliseconds until an answer must begin. */
  get timeoutMs(): number {
    return this.#options.timeoutMs ?? defaultTimeoutMs;
  }

  /**
   * Asks, and asks again while the connection fails or the server is busy, as far as the retry policy allows. The server does a
   * commit once, however often it is asked.
   *
   * @throws the server's refusal; `Unavailable`, with the outcome `unknown` when a commit may have happened; `Aborted`
   */
  async ask<Name extends Operation>(
    operation: Name,
    ask: Asks[Name],
    { signal, untilEnded = false }: AskOptions = {},
  ): Promise<Answers[Name]> {
    const call: Call = { store: this.#options.name, verb: operation === "commit" ? "write" : "read", key: operation, signal };
    const { retry } = this.#options;
    const waitForRetry = retrying(untilEnded ? { ...retry, ...endless } : operation === "commit" ? whileRemembered(retry) : retry, call);
    let isInDoubt = false;
    while (true) {
      const reply = await this.#attempt(call, operation, ask);
      if ("value" in reply) return reply.value;
      const { error, mayHaveHappened, retryAfterMs: wait } = reply;
      if (mayHaveHappened === undefined) throw error;
      isInDoubt ||= mayHaveHappened && operation === "commit";
      if (isEdgewaterError(error, "Unavailable") && (await waitForRetry(error, { retryAfterMs: wait }))) continue;
      throw isInDoubt ? inDoubt(error) : error;
    }
  }

  async #attempt<Name extends Operation>(call: Call, operation: Name, ask: Asks[Name]): Promise<Reply<Answers[Name]>> {
    const id = crypto.randomUUID();
    const question: Question = { ...versions, id, ask: operation === "commit" ? batchJson(ask as Asks["commit"]) : ask };
    const url = `${this.#options.url}/${operation}`;
    const body = new TextEncoder().encode(JSON.stringify(question));
    const headers = { "content-type": "application/json", ...(await this.#authorization(call)) };
    let response: Response;
    try {
      response = await exchange(call, { method: "POST", url, headers, body }, this.#options);
    } catch (error) {
      if (!isEdgewaterError(error, "Unavailable")) throw error;
      return { error, mayHaveHappened: !isUnsent(error) };
    }
    const wait = { retryAfterMs: retryAfterMs(response) };
    if (isRedirect(response)) return { error: redirectError(call, response, url), mayHaveHappened: false };
    let answer: Answer;
    try {
      answer = await this.#read(call, response, id);
    } catch (error) {
      if (!isEdgewaterError(error) || isEdgewaterError(error, "Aborted")) throw error;
      return { error, mayHaveHappened: response.ok || isTransient(response), ...wait };
    }
    if (answer.error !== undefined) return { ...answeredFailure(call, answer.error), ...wait };
    try {
      return { value: answerFrom(operation, answer.answer, ask) };
    } catch (cause) {
      return { error: failed(call, "Unavailable", `the server answered with ${reasonOf(cause)}`, { cause }), mayHaveHappened: true };
    }
  }

  /** The answer of a served Storage, which repeats the id of the question. */
  async #read(call: Call, response: Response, id: string): Promise<Answer> {
    const { timeoutMs } = this.#options;
    const options = { timeoutMs: this.timeoutMs * 20, idleMs: timeoutMs, maxBytes: maxAnswerBytes };
    const answer = parsed(await textBody(call, response, options));
    if (!isAnswer(answer)) throw foreign(call, response);
    const problem = versionProblem(answer, "server");
    if (problem !== undefined) throw failed(call, "SchemaMismatch", problem);
    const isRefusal = answer.id === undefined && answer.error !== undefined;
    if (answer.id !== id && !isRefusal) throw unexpected(call, "the answer to another question");
    if (response.ok !== (answer.error === undefined)) throw unexpected(call, `an answer that contradicts its status ${response.status}`);
    return answer;
  }

  async #authorization(call: Call): Promise<Readonly<Record<string, string>>> {
    const { token } = this.#options;
    if (token === undefined) return {};
    let given: unknown = token;
    if (typeof token === "function") {
      try {
        given = await orAborted(Promise.resolve(token()), call.signal, call);
      } catch (cause) {
        throw isEdgewaterError(cause) ? cause : failed(call, "Unauthenticated", "the function for the token failed", { cause });
      }
    }
    if (!isToken(given)) throw failed(call, "Unauthenticated", "the function for the token returned something else than a token");
    return { authorization: `Bearer ${given}` };
  }
}

/** Whether a value can be sent as a bearer token. */
export function isToken(value: unknown): value is string {
  return typeof value === "string" && /^[\x21-\x7e]+$/.test(value);
}

/** The failure that a served Storage has answered with. */
function answeredFailure(call: Call, { code, reason, field, outcome }: NonNullable<Answer["error"]>): Failure {
  const known = passedOn.find((each) => each === code) ?? "Unavailable";
  const error = failed(call, known, printable(reason, 1000), field === undefined ? {} : { field: printable(field) });
  if (refusals.includes(known)) return { error, mayHaveHappened: undefined };
  return { error, mayHaveHappened: outcome === "unknown" };
}

/** The error for an answer that is not that of a served Storage, by its status alone. */
function foreign(call: Call, response: Response): EdgewaterError {
  const { status } = response;
  const known: Readonly<Record<number, readonly [ErrorCode, string]>> = {
    401: ["Unauthenticated", "the credentials are missing or wrong"],
    403: ["PermissionDenied", "the credentials do not permit it"],
    404: ["NotFound", "no Storage is served there; check the URL"],
    407: ["Unauthenticated", "a proxy requires credentials"],
    413: ["NotSupported", "the request is too large for the server"],
  };
  const [code, reason] = known[status] ?? ["Unavailable", "the answer is not whole, or not that of a served Storage"];
  return failed(call, code, `${reason} (${status})`);
}

/** What does not fit in an answer. Only texts of this library are shown. */
function reasonOf(cause: unknown): string {
  return cause instanceof TypeError && /^[\w ]+$/.test(cause.message) ? cause.message : "damaged rows";
}

/** The error of a commit whose outcome is not known. */
function inDoubt(error: EdgewaterError): EdgewaterError {
  const message = `${error.message}; the commit may have happened: look at the events before you commit again`;
  return new EdgewaterError(error.code, message, { store: error.store, key: error.key, outcome: "unknown", cause: error });
}
