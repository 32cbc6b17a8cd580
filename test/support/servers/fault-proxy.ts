/** A proxy between a store and a real server that injects the faults of networks and servers, and records what the server did. */
import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type OutgoingHttpHeaders, request, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/**
 * | fault | what happens |
 * |-|-|
 * | `commit-500` | the server does it, and the answer is 500 |
 * | `commit-reset` | the server does it, and the connection breaks |
 * | `commit-late` | the server does it, and the answer arrives after the store has given up |
 * | `late` | the request reaches the server after the store has given up |
 * | `duplicate` | the request reaches the server twice; the second answer is returned |
 * | `500`, `reset`, `409`, `503` | the request never reaches the server; 503 has a Retry-After |
 * | `truncated` | the connection breaks after half of the body |
 * | `long` | the answer states ten bytes more than it has |
 */
export type Fault =
  | "none"
  | "commit-500"
  | "commit-reset"
  | "commit-late"
  | "late"
  | "duplicate"
  | "500"
  | "reset"
  | "409"
  | "503"
  | "truncated"
  | "long";

/** One request to an object. */
export interface ReceivedRequest {
  readonly method: string;
  /** Decoded, without the bucket. */
  readonly key: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: Buffer;
}

/** A write or delete that the server acknowledged, or that it failed at and that may have happened. */
export interface Commit extends ReceivedRequest {
  /** Whether the server acknowledged it. */
  readonly isCertain: boolean;
  readonly etag: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** What the proxy does with one request. */
export interface Treatment {
  readonly fault: Fault;
  /** What other writers do after the server has handled the request, or before a request that never arrives; the answer waits for it. */
  readonly meanwhile?: () => Promise<void>;
}

/** A running proxy. */
export interface FaultProxy {
  /** Base URL of the proxy. */
  readonly endpoint: string;
  /** Base URL without faults; its requests are recorded too. */
  readonly honest: string;
  readonly commits: readonly Commit[];
  /** Waits for the requests that are still under way. */
  settle(): Promise<void>;
  close(): Promise<void>;
}

interface Answer {
  readonly status: number;
  readonly headers: OutgoingHttpHeaders;
  readonly body: Buffer;
}

/**
 * Starts a proxy.
 *
 * @param server base URL of the server, below which its buckets are
 * @param lateMs milliseconds by which late answers and requests are delayed
 * @param treat decides what happens with a request
 * @param conflict the server's error code for a 409 that may succeed later
 */
export async function startFaultProxy(
  server: string,
  lateMs: number,
  treat: (request: ReceivedRequest) => Treatment,
  conflict = "ConditionalRequestConflict",
): Promise<FaultProxy> {
  const { hostname, port, pathname } = new URL(server);
  const base = pathname.replace(/\/$/, "");
  const commits: Commit[] = [];
  const pending = new Set<Promise<unknown>>();

  const forward = async (message: IncomingMessage, received: ReceivedRequest): Promise<Answer> => {
    const { method, url, headers } = message;
    const forwarded = request({ hostname, port, method, path: url, headers, agent: false });
    forwarded.end(received.body);
    const [answer] = (await once(forwarded, "response")) as [IncomingMessage];
    const body = await read(answer);
    const status = answer.statusCode ?? 0;
    const isDone = (method === "PUT" || method === "DELETE") && status >= 200 && status < 300;
    if (!url?.includes("?") && (isDone || (status >= 500 && method !== "GET" && method !== "HEAD"))) {
      // A write that the server failed at may have happened; S3 would have given it this etag.
      const failed = `"${createHash("md5").update(received.body).digest("hex")}"`;
      const etag = isDone ? String(answer.headers["x-goog-generation"] ?? answer.headers.etag) : failed;
      commits.push({ ...received, isCertain: isDone, etag, at: Date.now() });
    }
    return { status, headers: answer.headers, body };
  };

  const handle = async (message: IncomingMessage, response: ServerResponse, isHonest: boolean): Promise<void> => {
    const { method = "", headers, url = "" } = message;
    const key = decodeURIComponent(url.slice(base.length).split("?")[0]?.split("/").slice(2).join("/") ?? "");
    const received: ReceivedRequest = { method, key, headers, body: await read(message) };
    const { fault, meanwhile }: Treatment = isHonest ? { fault: "none" } : treat(received);
    const refuse = (status: number, code: string, more: OutgoingHttpHeaders = {}): void => {
      response.writeHead(status, { "content-type": "application/xml", ...more });
      response.end(method === "HEAD" ? undefined : `<Error><Code>${code}</Code></Error>`);
    };
    switch (fault) {
      case "500":
      case "reset":
      case "409":
      case "503":
        await meanwhile?.();
        if (fault === "reset") message.socket.destroy();
        else if (fault === "409") refuse(409, conflict);
        else if (fault === "503") refuse(503, "SlowDown", { "retry-after": "1" });
        else refuse(500, "InternalError");
        return;
      case "late":
        await meanwhile?.();
        await pause(lateMs);
        await forward(message, received);
        message.socket.destroy();
        return;
    }
    let answer = await forward(message, received);
    await meanwhile?.();
    switch (fault) {
      case "commit-500":
        return refuse(500, "InternalError");
      case "commit-reset":
        message.socket.destroy();
        return;
      case "commit-late":
        await pause(lateMs);
        break;
      case "duplicate":
        answer = await forward(message, received);
        break;
      case "truncated":
      case "long":
        response.writeHead(answer.status, {
          ...answer.headers,
          "content-length": answer.body.byteLength + (fault === "long" ? 10 : 0),
        });
        response.write(fault === "long" ? answer.body : answer.body.subarray(0, answer.body.byteLength >> 1), () =>
          message.socket.destroy(),
        );
        return;
    }
    response.writeHead(answer.status, answer.headers);
    response.end(method === "HEAD" ? undefined : answer.body);
  };

  const listen = async (isHonest: boolean) => {
    const proxy = createServer((message, response) => {
      const work = handle(message, response, isHonest).catch(() => message.socket.destroy());
      pending.add(work);
      void work.finally(() => pending.delete(work));
    }).listen(0, "127.0.0.1");
    await once(proxy, "listening");
    return { proxy, url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}${base}` };
  };
  const faulty = await listen(false);
  const honest = await listen(true);
  return {
    endpoint: faulty.url,
    honest: honest.url,
    commits,
    settle: async () => {
      while (pending.size > 0) await Promise.all(pending);
    },
    close: async () => {
      for (const { proxy } of [faulty, honest]) {
        proxy.close();
        proxy.closeAllConnections();
      }
    },
  };
}

async function read(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
