import { encodeSegment } from "../../encoding/percent.ts";
import { isEdgewaterError } from "../../errors.ts";
import type { Call } from "../call.ts";
import { etagIn, unexpected } from "../client/answer/answer.ts";
import { escapeXml, etagAt, textAt, type XmlElement } from "../client/answer/xml.ts";
import { lineageHeader } from "../client/attributes.ts";
import { pathOf } from "../client/bucket-client.ts";
import { type Part, type Parts, putInParts } from "../client/multipart.ts";
import { readState, writeObjectOnce } from "../conditional-write/attempt.ts";
import type { Attempt } from "../conditional-write/conditional-write.ts";
import type { PutMode, PutResult } from "../types.ts";
import type { S3Client } from "./client.ts";
import { attemptRequest, conditionHeader } from "./write.ts";

/** The smallest part that S3 accepts, except for the last. */
const smallestPart = 5 * 2 ** 20;

const maxParts = 10_000;

/**
 * Puts a body of unknown length, in parts unless it fits into one. Not every S3 server takes a condition with the end of a
 * multipart upload, so the condition is also checked just before; a write in between is replaced. A failed upload is given
 * up and leaves nothing behind.
 */
export async function putStream(
  client: S3Client,
  call: Call,
  body: Blob | ReadableStream<Uint8Array>,
  mode: PutMode,
  attributes: Record<string, string>,
  putWhole: (body: Part) => Promise<PutResult>,
): Promise<PutResult> {
  const { partSize = smallestPart, concurrency = 2, endpoint } = client.options;
  return putInParts(body, call, { partSize, maxParts, sizeOption: "partSize" }, putWhole, async (parts) => {
    let upload: Upload | undefined;
    try {
      return await writeObjectOnce(client, call, mode, attributes, async (headers) => {
        if (upload === undefined) {
          upload = await Upload.begin(client, parts.call, headers);
          await upload.send(parts, concurrency);
        }
        const expected = typeof mode === "string" ? undefined : mode.ifMatch;
        if (mode !== "overwrite" && (await readState(client, call))?.etag !== expected) return { outcome: "refused" };
        // AWS takes the condition here too; other servers may reject it.
        const attempt = await upload.complete(endpoint === undefined ? conditionHeader(mode, true) : {});
        if (attempt.outcome !== "written" || attempt.etag !== undefined) return attempt;
        const state = await readState(client, call);
        return { outcome: "written", etag: state?.lineage === headers[lineageHeader(client.metadata)] ? state?.etag : undefined };
      });
    } catch (error) {
      await upload?.abort();
      throw error;
    }
  });
}

/** A multipart upload. Nothing of it is visible until it is completed. */
class Upload {
  readonly #client: S3Client;
  readonly #call: Call;
  readonly #path: string;
  readonly #etags: string[] = [];

  constructor(client: S3Client, call: Call, id: string) {
    this.#client = client;
    this.#call = call;
    this.#path = `${pathOf(call.key)}?uploadId=${encodeSegment(id)}`;
  }

  static async begin(client: S3Client, call: Call, headers: Record<string, string>): Promise<Upload> {
    const request = { method: "POST", path: `${pathOf(call.key)}?uploads=`, headers } as const;
    const id = textAt(await client.document(call, request, { root: "InitiateMultipartUploadResult" }), "UploadId");
    if (!id) throw unexpected(call, "an upload without a name");
    return new Upload(client, call, id);
  }

  /** Sends the parts. */
  send(parts: Parts, concurrency: number): Promise<void> {
    return parts.sendAll(concurrency, async (body, number) => {
      const path = this.#path.replace("?", `?partNumber=${number}&`);
      const response = await this.#client.request(this.#call, { method: "PUT", path, body });
      this.#etags[number - 1] = etagIn(this.#call, response, this.#client.metadata);
    });
  }

  /** Tries once to publish the parts as the object. An error may arrive with status 200. */
  complete(headers: Record<string, string>): Promise<Attempt> {
    const parts = this.#etags.map((etag, index) => `<Part><PartNumber>${index + 1}</PartNumber><ETag>${escapeXml(etag)}</ETag></Part>`);
    const body = new TextEncoder().encode(`<CompleteMultipartUpload>${parts.join("")}</CompleteMultipartUpload>`);
    const call = this.#call;
    return attemptRequest(this.#client, call, { method: "POST", path: this.#path, headers, body }, async (response) => {
      let document: XmlElement;
      try {
        document = await this.#client.readDocument(call, response, { root: "CompleteMultipartUploadResult", isSlow: true });
      } catch (error) {
        if (!isEdgewaterError(error) || isEdgewaterError(error, "Aborted")) throw error;
        return { outcome: "unclear", error, mayFollow: false };
      }
      const etag = etagAt(document, "ETag");
      // Ceph 16 leaves the etag empty.
      return { outcome: "written", etag: etag === '""' ? undefined : etag };
    });
  }

  /** Gives up the parts, also after the caller's abort. If that fails, the bucket's lifecycle rules have to remove them. */
  async abort(): Promise<void> {
    const call = { ...this.#call, signal: undefined };
    await this.#client.request(call, { method: "DELETE", path: this.#path }).catch(() => undefined);
  }
}
