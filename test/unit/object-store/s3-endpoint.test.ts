import { fromEnvironment, S3Store } from "edgewater/s3";
import { describe, expect, it } from "vitest";

const keys = { AWS_ACCESS_KEY_ID: "id", AWS_SECRET_ACCESS_KEY: "key" };

async function requested(env: Record<string, string>, endpoint?: string): Promise<string> {
  let url = "";
  const send = async (to: URL | RequestInfo): Promise<Response> => {
    url = String(to);
    return new Response("x", { headers: { etag: '"1"', "content-length": "1" } });
  };
  const credentials = fromEnvironment({ ...keys, ...env });
  const store = new S3Store({ bucket: "b", region: "eu-west-1", credentials, endpoint, fetch: send as typeof fetch });
  await (await store.get("k")).text();
  return url;
}

describe("an S3Store with credentials from the environment", () => {
  it.each([
    ["AWS_ENDPOINT_URL", { AWS_ENDPOINT_URL: "http://h:1" }, undefined, "http://h:1/b/k"],
    ["AWS_ENDPOINT_URL_S3 first", { AWS_ENDPOINT_URL: "http://h:1", AWS_ENDPOINT_URL_S3: "http://h:2" }, undefined, "http://h:2/b/k"],
    ["its own endpoint first", { AWS_ENDPOINT_URL: "http://h:1" }, "http://h:3", "http://h:3/b/k"],
    [
      "AWS where endpoints are ignored",
      { AWS_ENDPOINT_URL: "http://h:1", AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: "true" },
      undefined,
      "https://b.s3.eu-west-1.amazonaws.com/k",
    ],
  ])("sends its requests to %s", async (_, env, endpoint, expected) => expect(await requested(env, endpoint)).toBe(expected));
});
