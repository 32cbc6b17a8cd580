/**
 * Writes that happen exactly once, although answers get lost: by a write token that all attempts share, and the lineage
 * that every object carries.
 *
 * @module
 */
import { abortedError, type EdgewaterError, isEdgewaterError, throwIfAborted } from "../../errors.ts";
import { type RetryPolicy, retrying } from "../../retry.ts";
import { type Call, failed } from "../call.ts";
import { checkMode } from "../conditions.ts";
import type { PutMode, PutResult } from "../types.ts";
import { extendLineage, formatLineage, type Lineage, newLineage, newWriteToken, parseLineage, type WriteToken } from "./lineage.ts";
import type { LineageCache } from "./lineage-cache.ts";

/**
 * The result of one attempt to write.
 *
 * | outcome | meaning |
 * |-|-|
 * | `written` | the server reports that the write happened |
 * | `refused` | the server reports that the condition does not hold |
 * | `busy` | the server reports that nothing happened and that the same request may succeed later |
 * | `unclear` | no answer, or one that leaves it open; with `mayFollow`, the write may still happen later |
 */
export type Attempt =
  | { readonly outcome: "written"; readonly etag: string | undefined }
  | { readonly outcome: "refused" }
  | { readonly outcome: "busy"; readonly error: EdgewaterError; readonly retryAfterMs?: number }
  | { readonly outcome: "unclear"; readonly error: EdgewaterError; readonly mayFollow: boolean; readonly retryAfterMs?: number };

/** The object that is under the key now. */
export interface ObjectState {
  readonly etag: string;
  /** The lineage as the object carries it; null without one. */
  readonly lineage: string | null;
  /** Milliseconds since the object was written, by the server's clock; undefined when that is uncertain. */
  readonly ageMs?: number | undefined;
  /** Name of the lineage header when a browser may hide it. */
  readonly hiddenHeader?: string | undefined;
}

/** A write that happens exactly once. */
export interface ConditionalWrite {
  readonly call: Call;
  /** `overwrite` is for unconditional writes that cannot simply be repeated, such as the end of a multipart upload. */
  readonly mode: PutMode;
  /** Number of the object's other metadata entries. */
  readonly metadataCount: number;
  /** Tries once to write an object with this lineage in its metadata. An error means that nothing was written. */
  readonly attempt: (lineage: string) => Promise<Attempt>;
  /** Reads what is under the key; undefined for nothing. May retry by itself. */
  readonly readState: () => Promise<ObjectState | undefined>;
  readonly lineages: LineageCache;
  readonly retry?: RetryPolicy | undefined;
}

/**
 * Writes exactly once, whatever the network does. All attempts carry one new write token. When an answer is missing or
 * refuses, the object under the key shows whether an attempt happened: its lineage names its own write and the writes before
 * it. A write that happened and was replaced since is a success; its etag is the one that it had, so that a further write
 * that expects this etag is refused.
 *
 * Two things leave no trace:
 * - A delete. A create whose object was deleted before its lost answer was noticed is repeated, or refused when the object was
 *   created again by another writer.
 * - The first of two deliveries of one request, when between them other writers delete the object, overwrite it
 *   unconditionally, or replace it more often than a lineage has ancestors. The answer to the second delivery then decides.
 *
 * @throws `AlreadyExists` and `PreconditionFailed` when nothing was written; `Unavailable` and `Aborted` likewise, or with
 * `outcome: "unknown"` when the write may have happened and nothing shows whether it did; the errors of `attempt`
 */
export async function writeExactlyOnce(write: ConditionalWrite): Promise<PutResult> {
  const { call, mode, lineages } = write;
  const token = newWriteToken();
  const expected = typeof mode === "string" ? undefined : await expectedLineage(write, mode.ifMatch);
  const lineage = typeof mode === "string" ? newLineage(token, mode === "create") : extendLineage(token, mode.ifMatch, expected);
  const text = formatLineage(call.key, lineage, write.metadataCount);
  const { etag } = await new Writer(write, token, expected).run(text);
  lineages.remember(call.key, etag, text);
  return { etag };
}

/** The lineage of the object to replace: cached, or read, which may show that the object is not the expected one. */
async function expectedLineage({ call, mode, readState, lineages }: ConditionalWrite, etag: string): Promise<Lineage | undefined> {
  const cached = lineages.recall(call.key, etag);
  if (cached !== undefined) return parseLineage(call.key, cached);
  const state = await readState();
  checkMode(mode, state?.etag, call);
  return parseLineage(call.key, state?.lineage ?? null);
}

/** Difference between two servers' clocks, plus what a time in whole seconds leaves out. */
const clockMarginMs = 3000;

class Writer {
  readonly #write: ConditionalWrite;
  readonly #token: WriteToken;
  readonly #expected: Lineage | undefined;
  readonly #start: number = Date.now();
  /** Whether an attempt may have happened that nothing has shown yet. */
  #isInDoubt = false;
  /** Whether an earlier attempt may still happen. */
  #mayFollow = false;
  /** The error of the last attempt to read the object. */
  #readError: EdgewaterError | undefined;

  constructor(write: ConditionalWrite, token: WriteToken, expected: Lineage | undefined) {
    this.#write = write;
    this.#token = token;
    this.#expected = expected;
  }

  async run(lineage: string): Promise<PutResult> {
    const { call, mode, attempt, retry } = this.#write;
    const waitForRetry = retrying(retry, call);
    try {
      while (true) {
        throwIfAborted(call.signal);
        const result = await attempt(lineage).catch((error: unknown) => {
          if (isEdgewaterError(error, "Aborted")) this.#isInDoubt = true;
          if (!this.#isInDoubt || call.signal?.aborted) throw error;
          return { outcome: "failed", error } as const;
        });
        if (result.outcome === "written") return result;
        if (result.outcome === "unclear") {
          this.#isInDoubt = true;
          this.#mayFollow ||= result.mayFollow;
        }
        const written = result.outcome === "busy" ? undefined : await this.#findWrite(result.outcome === "refused");
        if (written) return written;
        const error = "error" in result ? result.error : (this.#readError ?? contradiction(call, mode));
        const retryAfterMs = "retryAfterMs" in result ? result.retryAfterMs : 0;
        if (result.outcome !== "failed" && (await waitForRetry(error, { retryAfterMs }))) continue;
        throw this.#isInDoubt ? this.#unknown(error) : error;
      }
    } catch (error) {
      const { store, key, signal } = call;
      if (!signal || !isEdgewaterError(error, "Aborted")) throw error;
      throw abortedError(signal, { store, key, outcome: this.#isInDoubt ? "unknown" : undefined });
    }
  }

  /**
   * Reads the object to see whether an attempt of this write happened. Returns the etag that the attempt gave it, or
   * undefined when none happened so far and the write is still possible.
   *
   * @throws the verdict when the write is no longer possible
   */
  async #findWrite(isRefused: boolean): Promise<PutResult | undefined> {
    const { call, mode, readState } = this.#write;
    this.#readError = undefined;
    let state: ObjectState | undefined;
    try {
      state = await readState();
    } catch (error) {
      if (isEdgewaterError(error, "Aborted")) throw error;
      if (isEdgewaterError(error, "Unavailable")) {
        this.#readError = error;
        // A later attempt may be able to read it. Even a refusal proves nothing: the request may have been delivered twice.
        this.#isInDoubt = true;
        return undefined;
      }
      // Without permission to read, the server's refusal decides.
      throw this.#isInDoubt ? this.#unknown(error) : refusal(call, mode);
    }
    const found = state && parseLineage(call.key, state.lineage);
    if (found?.token === this.#token) return { etag: state?.etag };
    const replaced = found?.ancestors.find(({ token }) => token === this.#token);
    if (replaced) return { etag: replaced.etag };
    if (isStillPossible(mode, state, isRefused)) {
      this.#isInDoubt = this.#mayFollow;
      return undefined;
    }
    if (this.#isInDoubt && !(state && this.#provesOtherWrite(state, found))) throw this.#unknown(undefined, state?.hiddenHeader);
    checkMode(mode, state?.etag, call);
    throw refusal(call, mode);
  }

  /** Whether an object of another write proves that no attempt of this write happened before. */
  #provesOtherWrite({ ageMs }: ObjectState, found: Lineage | undefined): boolean {
    const { mode } = this.#write;
    if (ageMs !== undefined && ageMs > Date.now() - this.#start + clockMarginMs) return true;
    if (typeof mode === "string") return found?.isComplete === true;
    const token = this.#expected?.token ?? "";
    return found?.ancestors.some((each) => each.etag === mode.ifMatch && each.token === token) === true;
  }

  #unknown(cause: unknown, hiddenHeader?: string): EdgewaterError {
    const remedy =
      hiddenHeader === undefined
        ? "read the object before writing again"
        : `in a browser, expose the header ${hiddenHeader} in the CORS rules`;
    const reason = `the write may or may not have happened; ${remedy}`;
    return failed(this.#write.call, "Unavailable", reason, { outcome: "unknown", cause });
  }
}

/** Whether the object under the key leaves the write possible. */
function isStillPossible(mode: PutMode, state: ObjectState | undefined, isRefused: boolean): boolean {
  if (mode === "overwrite") return true;
  return mode === "create" ? state === undefined && !isRefused : state?.etag === mode.ifMatch;
}

/** The error for a server that refuses a condition although it holds. */
function contradiction(call: Call, mode: PutMode): EdgewaterError {
  return failed(call, "Unavailable", `the server refuses the condition ${JSON.stringify(mode)} although it holds`);
}

/** The error for a refusal when the object that it was about is gone or must not be read. */
function refusal(call: Call, mode: PutMode): EdgewaterError {
  return typeof mode === "string"
    ? failed(call, "AlreadyExists", "an object existed already")
    : failed(call, "PreconditionFailed", `the object was no longer ${mode.ifMatch}`);
}
