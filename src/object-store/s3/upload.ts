import { encodeSegment } from "../../encoding/percent.ts";
import type { Call } from "../call.ts";
import { textBody } from "../client/body.ts";
import { pathOf } from "../client/cloud.ts";
import { errorOf } from "../client/failure.ts";
import { etagIn } from "../client/meta.ts";
import { inParallel } from "../client/parallel.ts";
import { textOf } from "../client/xml.ts";
import type { Attempt } from "../conditional-write/conditional-write.ts";
import { attemptAt } from "./attempt.ts";
import type { S3Client } from "./client.ts";
import { meanings } from "./error-codes.ts";
import { escapeXml, etagOf } from "./xml.ts";

export type Part = Blob | Uint8Array<ArrayBuffer>;

/** A multipart upload: nothing of it is to be seen before it is completed. */
export class Upload {
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
    const response = await client.request(call, { method: "POST", path: `${pathOf(call.key)}?uploads=`, headers });
    return new Upload(client, call, textOf(await textBody(call, response), "UploadId") ?? "");
  }

  /** Sends the parts, several at once, and calls `done` with each; calls `stop` with the first that fails. */
  async send(parts: AsyncIterable<Part>, concurrency: number, done: (part: Part) => void, stop: () => void): Promise<void> {
    let count = 0;
    const numbered = (async function* () {
      for await (const body of parts) yield { number: ++count, body };
    })();
    const sendPart = async ({ number, body }: { number: number; body: Part }): Promise<void> => {
      const path = this.#path.replace("?", `?partNumber=${number}&`);
      const response = await this.#client.request(this.#call, { method: "PUT", path, body });
      this.#etags[number - 1] = etagIn(this.#call, response, this.#client.metadata);
      done(body);
    };
    await inParallel(numbered, concurrency, sendPart, stop);
  }

  /** Tries once to publish the parts as the object. The answer may be an error that comes as a success. */
  complete(headers: Record<string, string>): Promise<Attempt> {
    const parts = this.#etags.map((etag, index) => `<Part><PartNumber>${index + 1}</PartNumber><ETag>${escapeXml(etag)}</ETag></Part>`);
    const body = new TextEncoder().encode(`<CompleteMultipartUpload>${parts.join("")}</CompleteMultipartUpload>`);
    const call = this.#call;
    return attemptAt(this.#client, call, { method: "POST", path: this.#path, headers, body }, async (response): Promise<Attempt> => {
      const answer = await response.text().catch(() => "");
      const etag = etagOf(answer);
      // Ceph 16 leaves the etag out.
      if (etag !== undefined) return { outcome: "written", etag: etag === '""' ? undefined : etag };
      return { outcome: "unclear", error: errorOf(500, textOf(answer, "Code"), call, meanings), mayFollow: false };
    });
  }

  /** Gives the parts up, also for a caller whose signal is aborted. What cannot be reached is left to the bucket's lifecycle rules. */
  async abort(): Promise<void> {
    const call = { ...this.#call, signal: undefined };
    await this.#client.request(call, { method: "DELETE", path: this.#path }).catch(() => undefined);
  }
}
