import { AwsClient } from "aws4fetch";
import type { S3Server } from "./ceph.ts";

/** Creates a bucket that pages of any origin may use, and that shows them these headers. */
export async function createBucket(server: S3Server, name: string, exposed: readonly string[] = []): Promise<void> {
  const client = new AwsClient({ ...server, service: "s3" });
  const send = async (query: string, body?: string): Promise<void> => {
    const response = await client.fetch(`${server.endpoint}/${name}${query}`, { method: "PUT", ...(body ? { body } : {}) });
    if (!response.ok) throw new Error(`Cannot make the bucket ${name}: ${response.status} ${await response.text()}`);
  };
  await send("");
  const methods = ["GET", "HEAD", "PUT", "POST", "DELETE"].map((method) => `<AllowedMethod>${method}</AllowedMethod>`).join("");
  const headers = exposed.map((header) => `<ExposeHeader>${header}</ExposeHeader>`).join("");
  const rule = `<AllowedOrigin>*</AllowedOrigin>${methods}<AllowedHeader>*</AllowedHeader>${headers}<MaxAgeSeconds>600</MaxAgeSeconds>`;
  await send("?cors=", `<CORSConfiguration><CORSRule>${rule}</CORSRule></CORSConfiguration>`);
}
