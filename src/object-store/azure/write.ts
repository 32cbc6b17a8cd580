import { encodeSegment } from "../../encoding/percent.ts";
import { sleep } from "../../retry.ts";
import { type Call, failed, printable } from "../call.ts";
import { requiredHeader } from "../client/answer/answer.ts";
import { type BucketRequest, pathOf, slowFactor } from "../client/bucket-client.ts";
import type { Failure } from "../client/error-codes.ts";
import { defaultTimeoutMs } from "../client/exchange.ts";
import { type Part, putInParts } from "../client/multipart.ts";
import { attemptWrite, type Verdict, verdictByStatus, writeObjectOnce } from "../conditional-write/attempt.ts";
import { newWriteToken } from "../conditional-write/lineage.ts";
import type { PutMode, PutResult } from "../types.ts";
import type { AzureClient } from "./client.ts";
import { withSignature } from "./signer.ts";

/** Writes a blob exactly once with a request, whose headers are added. */
export function putOnce(
  client: AzureClient,
  call: Call,
  mode: PutMode,
  attributes: Record<string, string>,
  request: BucketRequest,
): Promise<PutResult> {
  return writeObjectOnce(client, call, mode, attributes, (headers) =>
    attemptWrite(client, call, {
      make: () => client.sign(call, { ...request, headers: { ...headers, ...conditionHeader(mode) } }),
      verdictOf: (failure) => verdictOf(failure, mode),
    }),
  );
}

function conditionHeader(mode: PutMode): Record<string, string> {
  if (mode === "overwrite") return {};
  return mode === "create" ? { "if-none-match": "*" } : { "if-match": mode.ifMatch };
}

/** Codes of 404, 409 and 412 that answer the condition; an answer to a blob's write may also have none. */
const refusals: readonly (string | undefined)[] = ["BlobAlreadyExists", "ConditionNotMet", "BlobNotFound", undefined];

/**
 * What a failed answer means.
 *
 * | answer | verdict |
 * |-|-|
 * | 409 `BlobAlreadyExists`, 412 `ConditionNotMet`, 404 `BlobNotFound` | `refused` |
 * | 400 `InvalidBlockList` to a commit: another write has dropped the blocks | `refused` |
 * | 409 `PendingCopyOperation`, 429, and 503 with Azure's own code | `busy` |
 * | 500 `OperationTimedOut` | `pending` |
 * | any other | by its status |
 */
function verdictOf(failure: Failure, mode: PutMode): Verdict {
  const { status, code } = failure;
  const isRefused = [404, 409, 412].includes(status) ? refusals.includes(code) : code === "InvalidBlockList";
  if (isRefused && mode !== "overwrite") return "refused";
  if (code === "PendingCopyOperation" || status === 429 || (status === 503 && code !== undefined)) return "busy";
  const verdict = verdictByStatus(failure);
  return verdict === "unclear" && code === "OperationTimedOut" ? "pending" : verdict;
}

const maxBlocks = 50_000;

/**
 * Puts a body of unknown length, in blocks unless it fits into one. Blocks are not visible before they are committed. There
 * is nothing to clean up: Azure drops uncommitted blocks with the next write of the blob, or after a week.
 */
export function putStream(
  client: AzureClient,
  call: Call,
  body: Blob | ReadableStream<Uint8Array>,
  mode: PutMode,
  attributes: Record<string, string>,
  putWhole: (body: Part) => Promise<PutResult>,
): Promise<PutResult> {
  const { blockSize = 8 * 2 ** 20, concurrency = 4 } = client.options;
  return putInParts(body, call, { partSize: blockSize, maxParts: maxBlocks, sizeOption: "blockSize" }, putWhole, async (parts) => {
    const path = pathOf(call.key);
    // Several uploads may send blocks for one key at the same time. All block ids of a blob must have one length.
    const upload = newWriteToken();
    const ids: string[] = [];
    await parts.sendAll(concurrency, async (block, number) => {
      const id = btoa(`${upload}-${String(number - 1).padStart(5, "0")}`);
      ids[number - 1] = id;
      await client.request(parts.call, { method: "PUT", path: `${path}?comp=block&blockid=${encodeSegment(id)}`, body: block });
    });
    const list = `<?xml version="1.0" encoding="utf-8"?><BlockList>${ids.map((id) => `<Uncommitted>${id}</Uncommitted>`).join("")}</BlockList>`;
    const commit = { method: "PUT", path: `${path}?comp=blocklist`, body: new TextEncoder().encode(list) } as const;
    return putOnce(client, call, mode, attributes, commit);
  });
}

/** Milliseconds between two requests for the state of a copy. */
const copyPollMs = 500;

/**
 * Has the server copy a blob with all that it knows of it. Azure may go on copying after its answer.
 *
 * @throws `Unavailable` when the copy fails, or when another write replaces it before it is complete
 */
export async function copyByServer(client: AzureClient, call: Call, to: string): Promise<PutResult> {
  const credentials = await client.credentials(call);
  const source = client.url + pathOf(call.key);
  const headers = { "x-ms-copy-source": "sasToken" in credentials ? withSignature(source, credentials.sasToken) : source };
  let response = await client.request(call, { method: "PUT", path: pathOf(to), headers });
  const id = response.headers.get("x-ms-copy-id");
  const { timeoutMs = defaultTimeoutMs } = client.options;
  const deadline = Date.now() + timeoutMs * slowFactor;
  while (response.headers.get("x-ms-copy-status") === "pending") {
    if (Date.now() > deadline) throw failed(call, "Unavailable", "the server did not complete the copy in time");
    await sleep(copyPollMs, call);
    response = await client.request({ ...call, key: to }, { method: "HEAD", path: pathOf(to) });
  }
  const status = response.headers.get("x-ms-copy-status") ?? "success";
  if (status !== "success") throw failed(call, "Unavailable", `the copy ended with the status ${printable(status)}`);
  if (response.headers.get("x-ms-copy-id") !== id) throw failed(call, "Unavailable", "another write replaced the copy");
  return { etag: requiredHeader(call, response, "ETag") };
}
