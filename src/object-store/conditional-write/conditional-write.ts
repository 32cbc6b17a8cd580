import { abortedError, type EdgewaterError, isEdgewaterError, throwIfAborted } from "../../errors.ts";
import { type RetryPolicy, retrying } from "../../retry.ts";
import { type Call, failed } from "../call.ts";
import { checkMode } from "../conditions.ts";
import type { PutMode, PutResult } from "../types.ts";
import { begun, freshNonce, type History, readHistory, replacing, writeHistory } from "./lineage.ts";
import type { Histories } from "./lineage-cache.ts";

/**
 * What one attempt of a conditional write came to.
 *
 * | outcome | meaning |
 * |-|-|
 * | `written` | the server says that it happened |
 * | `refused` | the server says that the condition does not hold |
 * | `busy` | the server says that nothing happened, and to come back |
 * | `unclear` | no answer, or one that leaves it open; with `mayFollow`, it may still happen after this |
 */
export type Attempt =
  | { readonly outcome: "written"; readonly etag: string | undefined }
  | { readonly outcome: "refused" }
  | { readonly outcome: "busy"; readonly error: EdgewaterError; readonly retryAfter?: number }
  | { readonly outcome: "unclear"; readonly error: EdgewaterError; readonly mayFollow: boolean; readonly retryAfter?: number };

/** What is under the key now. */
export interface Seen {
  readonly etag: string;
  /** The value of the entry that `writeHistory` wrote, null for none. */
  readonly nonces: string | null;
  /** Milliseconds since the object was written, by the server's own clock; undefined when that is not certain. */
  readonly age?: number | undefined;
  /** The name of the entry when a browser may be hiding it. */
  readonly hidden?: string | undefined;
}

export interface OnceWrite {
  readonly call: Call;
  /** With `overwrite` it is about writes that may not simply be sent again, such as the end of a multipart upload. */
  readonly mode: PutMode;
  /** How many other entries of metadata the object has. */
  readonly entries: number;
  /** Tries once to write, with this value as metadata. Whatever it throws is no doubt about the write. */
  readonly attempt: (nonces: string) => Promise<Attempt>;
  /** Looks what is there; undefined for nothing. It may try that again itself. */
  readonly look: () => Promise<Seen | undefined>;
  readonly histories: Histories;
  readonly retry?: RetryPolicy | undefined;
}

/**
 * Writes exactly once, whatever the network does. All attempts carry one fresh nonce; when an answer
 * is missing or refuses, the object that is there tells whether one of them landed: it carries the nonce of its own
 * write and of those that it replaced.
 *
 * A write that has landed and was replaced already is a success. Its etag is the one that it had, so that a write that
 * expects it is refused, as it should be.
 *
 * Two things cannot be seen. One is a delete: a create whose object was deleted before its answer was missed is done
 * again, or refused when someone else has created the object since. The other is a request that the network delivers twice, when between the two someone deletes or unconditionally
 * overwrites the object, or more replace it than it names predecessors: the answer to the second is then the verdict.
 *
 * @throws `AlreadyExists`, `PreconditionFailed` when it is certain that nothing was written; `Unavailable` likewise, or
 * with `outcome: "unknown"` when neither the object nor its predecessors can tell; `Aborted` with the same meaning of
 * `outcome`; whatever an attempt throws
 */
export async function writeOnce(write: OnceWrite): Promise<PutResult> {
  const { call, mode, histories } = write;
  const nonce = freshNonce();
  const expected = typeof mode === "string" ? undefined : await expectedHistory(write, mode.ifMatch);
  const history = typeof mode === "string" ? begun(nonce, mode === "create") : replacing(nonce, mode.ifMatch, expected);
  const fate = new Fate(write, nonce, expected);
  const nonces = writeHistory(call.key, history, write.entries);
  const { etag } = await fate.decide(nonces);
  histories.remember(call.key, etag, nonces);
  return { etag };
}

/** The history of what is to be replaced: remembered, or else looked up, which may already show that it is not there. */
async function expectedHistory({ call, mode, look, histories }: OnceWrite, etag: string): Promise<History | undefined> {
  const known = histories.recall(call.key, etag);
  if (known !== undefined) return readHistory(call.key, known);
  const seen = await look();
  checkMode(mode, seen?.etag, call);
  return readHistory(call.key, seen?.nonces ?? null);
}

/** What two servers' clocks may differ in, and what a time in whole seconds leaves out. */
const clockMargin = 3000;

class Fate {
  readonly #write: OnceWrite;
  readonly #nonce: string;
  readonly #expected: History | undefined;
  readonly #start: number = Date.now();
  /** Whether an attempt may have landed that nothing has been seen of yet. */
  #isInDoubt = false;
  /** Whether one may yet land. */
  #mayFollow = false;

  constructor(write: OnceWrite, nonce: string, expected: History | undefined) {
    this.#write = write;
    this.#nonce = nonce;
    this.#expected = expected;
  }

  async decide(nonces: string): Promise<PutResult> {
    const { call, mode, attempt, retry } = this.#write;
    const waitForRetry = retrying(retry, call);
    try {
      while (true) {
        throwIfAborted(call.signal);
        const result = await attempt(nonces).catch((error: unknown) => {
          if (isEdgewaterError(error, "Aborted")) this.#isInDoubt = true;
          if (!this.#isInDoubt || call.signal?.aborted) throw error;
          return { outcome: "failed", error } as const;
        });
        if (result.outcome === "written") return result;
        if (result.outcome === "unclear") {
          this.#isInDoubt = true;
          this.#mayFollow ||= result.mayFollow;
        }
        const landed = result.outcome === "busy" ? undefined : await this.#settle(result.outcome === "refused");
        if (landed) return landed;
        const error = "error" in result ? result.error : undefined;
        const retryAfterMs = "retryAfter" in result ? result.retryAfter : 0;
        if (result.outcome !== "failed" && (await waitForRetry(error, { retryAfterMs }))) continue;
        if (this.#isInDoubt) throw this.#unknown(error);
        throw error ?? failed(call, "Unavailable", `the server refuses the condition ${JSON.stringify(mode)} although it holds`);
      }
    } catch (error) {
      const { store, key, signal } = call;
      if (!signal || !isEdgewaterError(error, "Aborted")) throw error;
      throw abortedError(signal, { store, key, outcome: this.#isInDoubt ? "unknown" : undefined });
    }
  }

  /** The etag that an attempt gave the object, when the object there shows that one landed; undefined when none has. */
  async #settle(isRefused: boolean): Promise<PutResult | undefined> {
    const { call, mode, look } = this.#write;
    let seen: Seen | undefined;
    try {
      seen = await look();
    } catch (error) {
      if (isEdgewaterError(error, "Aborted")) throw error;
      if (isEdgewaterError(error, "Unavailable")) {
        // Another attempt may see more. The network may have delivered this one twice.
        this.#isInDoubt = true;
        return undefined;
      }
      // For those who may not read, a refusal has to speak for itself.
      throw this.#isInDoubt ? this.#unknown(error) : refused(call, mode);
    }
    const found = seen && readHistory(call.key, seen.nonces);
    if (found?.nonce === this.#nonce) return { etag: seen?.etag };
    const own = found?.before.find(({ nonce }) => nonce === this.#nonce);
    if (own) return { etag: own.etag };
    if (isAsExpected(mode, seen, isRefused)) {
      this.#isInDoubt = this.#mayFollow;
      return undefined;
    }
    if (this.#isInDoubt && !(seen && this.#isProof(seen, found))) throw this.#unknown(undefined, seen?.hidden);
    checkMode(mode, seen?.etag, call);
    throw refused(call, mode);
  }

  /** Whether an object that is not ours shows that no attempt of ours came before it. */
  #isProof({ age }: Seen, found: History | undefined): boolean {
    const { mode } = this.#write;
    if (age !== undefined && age > Date.now() - this.#start + clockMargin) return true;
    if (typeof mode === "string") return found?.isWhole === true;
    const nonce = this.#expected?.nonce ?? "";
    return found?.before.some((each) => each.etag === mode.ifMatch && each.nonce === nonce) === true;
  }

  #unknown(cause: unknown, hidden?: string): EdgewaterError {
    const remedy = hidden === undefined ? "read it before writing again" : `in a browser, expose the header ${hidden} in the CORS rules`;
    return failed(this.#write.call, "Unavailable", `nobody can tell whether it was written; ${remedy}`, { outcome: "unknown", cause });
  }
}

/** Whether what is there leaves the write possible. */
function isAsExpected(mode: PutMode, seen: Seen | undefined, isRefused: boolean): boolean {
  if (mode === "overwrite") return true;
  return mode === "create" ? seen === undefined && !isRefused : seen?.etag === mode.ifMatch;
}

/** The verdict of the server, when the object that it was about is gone or may not be looked at. */
function refused(call: Call, mode: PutMode): EdgewaterError {
  return typeof mode === "string"
    ? failed(call, "AlreadyExists", "there was an object already")
    : failed(call, "PreconditionFailed", `it was no longer ${mode.ifMatch}`);
}
