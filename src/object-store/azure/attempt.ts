import type { Call } from "../call.ts";
import type { CloudRequest } from "../client/cloud.ts";
import type { Failure } from "../client/failure.ts";
import { etagIn } from "../client/meta.ts";
import { isTransient } from "../client/send.ts";
import { attemptOnce, busy, unclear } from "../conditional-write/attempt.ts";
import type { Attempt } from "../conditional-write/conditional-write.ts";
import type { PutMode } from "../types.ts";
import { type AzureClient, failureOf } from "./client.ts";

const verdicts: readonly (string | undefined)[] = ["BlobAlreadyExists", "ConditionNotMet", "BlobNotFound", undefined];

/**
 * One attempt of a write that must happen only once.
 *
 * | answer | meaning |
 * |-|-|
 * | 2xx | written |
 * | 409 `BlobAlreadyExists`, 412 `ConditionNotMet`, 404 `BlobNotFound` | the verdict on the condition |
 * | 400 `InvalidBlockList` | the same, of a commit: the blocks are gone because someone else has written |
 * | 409 `PendingCopyOperation`, 429, or 503 with Azure's name for it | nothing has happened; come back |
 * | 500 `OperationTimedOut`, 502, 504 | open, and it may still happen |
 * | 408 and other 5xx | open |
 *
 * @throws the error that any other answer stands for
 */
export async function attemptAt(client: AzureClient, call: Call, mode: PutMode, request: CloudRequest): Promise<Attempt> {
  return client.corrected(async () =>
    attemptOnce<Failure>(
      call,
      await client.sign(call, { ...request, headers: { ...request.headers, ...conditionOf(mode) } }),
      client.transport,
      async (response) => {
        if (response.ok) return { outcome: "written", etag: etagIn(call, response, client.metadata) };
        const failure = await failureOf(response, call);
        const { status, code, error } = failure;
        const isVerdict = [404, 409, 412].includes(status) ? verdicts.includes(code) : code === "InvalidBlockList";
        if (isVerdict && mode !== "overwrite") return { outcome: "refused" };
        const isBusy = code === "PendingCopyOperation" || status === 429 || (status === 503 && code !== undefined);
        if (isBusy) return busy(response, error);
        if (!isTransient(response)) return failure;
        const open = unclear(response, error);
        return code === "OperationTimedOut" ? { ...open, outcome: "unclear", error, mayFollow: true } : open;
      },
    ),
  );
}

function conditionOf(mode: PutMode): Record<string, string> {
  if (mode === "overwrite") return {};
  return mode === "create" ? { "if-none-match": "*" } : { "if-match": mode.ifMatch };
}
