import type { Call } from "../call.ts";
import type { HTTPRequest } from "../client/exchange.ts";
import type { Failure } from "../client/failure.ts";
import { etagIn } from "../client/meta.ts";
import { isTransient } from "../client/send.ts";
import { attemptOnce, busy, unclear } from "../conditional-write/attempt.ts";
import type { Attempt } from "../conditional-write/conditional-write.ts";
import type { PutMode } from "../types.ts";
import { failureOf, type GCSClient } from "./client.ts";

/**
 * One attempt of a write that must happen only once.
 *
 * | answer | meaning |
 * |-|-|
 * | 2xx | written |
 * | 412, and 404 for an object that was to be replaced | the verdict on the condition |
 * | 409, 429, or 503 with Google's name for it | nothing has happened; come back |
 * | 502, 504 | open, and it may still happen |
 * | 408 and other 5xx | open |
 *
 * @throws the error that any other answer stands for
 */
export async function attemptAt(client: GCSClient, call: Call, make: () => Promise<HTTPRequest>): Promise<Attempt> {
  return client.corrected(async () =>
    attemptOnce<Failure>(call, await make(), client.transport, async (response) => {
      if (response.ok) return { outcome: "written", etag: etagIn(call, response, client.metadata) };
      const failure = await failureOf(response, call);
      const { status, code, error } = failure;
      if (status === 412 || code === "NoSuchKey") return { outcome: "refused" };
      if (status === 409 || status === 429 || (status === 503 && code !== undefined)) return busy(response, error);
      return isTransient(response) ? unclear(response, error) : failure;
    }),
  );
}

/** The generation that a write expects to find, 0 for nothing; undefined when anything will do. */
export function expectedOf(mode: PutMode): string | undefined {
  if (mode === "overwrite") return undefined;
  return mode === "create" ? "0" : mode.ifMatch;
}
