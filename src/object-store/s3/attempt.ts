import type { Call } from "../call.ts";
import type { CloudRequest } from "../client/cloud.ts";
import type { Failure } from "../client/failure.ts";
import { isTransient } from "../client/send.ts";
import { attemptOnce, busy, unclear } from "../conditional-write/attempt.ts";
import type { Attempt } from "../conditional-write/conditional-write.ts";
import { failureOf, type S3Client } from "./client.ts";

/**
 * One attempt of a write that must happen only once. 412 is the verdict on its condition, and so is 404 for an object
 * that was to be replaced; 409 says that another write was under way; a server that names its reason for 429 or 503 has
 * done nothing.
 *
 * @throws the error that any other answer stands for
 */
export async function attemptAt(
  client: S3Client,
  call: Call,
  request: CloudRequest,
  written: (response: Response) => Promise<Attempt>,
): Promise<Attempt> {
  return client.corrected(async () =>
    attemptOnce<Failure>(call, await client.sign(call, request), client.transport, async (response) => {
      if (response.ok) return written(response);
      const failure = await failureOf(call, response);
      const { status, code, error } = failure;
      if (status === 412 || code === "NoSuchKey") return { outcome: "refused" };
      const isBusy = status === 409 || (code !== undefined && (status === 429 || status === 503)) || code === "RequestTimeout";
      if (isBusy) return busy(response, error);
      // An upload that is gone was completed before, or given up.
      return isTransient(response) || code === "NoSuchUpload" ? unclear(response, error) : failure;
    }),
  );
}
