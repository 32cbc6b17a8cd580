import { aFunction, checkValue, required } from "../options.ts";

/** What a listener uses of `IncomingMessage` of `node:http`. */
export interface NodeRequest extends AsyncIterable<Uint8Array> {
  /** The method. */
  readonly method?: string | undefined;
  /** The path and the query. */
  readonly url?: string | undefined;
  /** The headers, by their names in lower case. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
}

/** What a listener uses of `ServerResponse` of `node:http`. */
export interface NodeResponse {
  /** Sends the status and the headers. */
  writeHead(status: number, headers: Record<string, string | string[]>): unknown;
  /** Sends a part of the body; false when what follows has to wait for `drain`. */
  write(part: Uint8Array): boolean;
  /** Ends the answer. */
  end(): unknown;
  /** Ends the connection. */
  destroy(): unknown;
  /** Calls a listener when the connection has ended, or when more can be written. */
  once(event: "close" | "drain", listener: () => void): unknown;
}

/**
 * A handler of requests as a listener for `createServer` of `node:http` and `node:https`. An answer is sent as it comes, and what
 * makes it is canceled when the client leaves.
 *
 * @example
 * ```ts
 * import { createServer } from "node:http";
 *
 * createServer(nodeListener(handler)).listen(8787);
 * ```
 */
export function nodeListener(
  handler: (request: Request) => Promise<Response>,
): (request: NodeRequest, response: NodeResponse) => Promise<void> {
  checkValue("nodeListener", "handler", handler, required(aFunction));
  return async (incoming, outgoing) => {
    const closed = new AbortController();
    outgoing.once("close", () => closed.abort());
    const chunks = incoming[Symbol.asyncIterator]();
    try {
      const response = await handler(requestOf(incoming, chunks, closed.signal));
      const cookies = response.headers.getSetCookie();
      outgoing.writeHead(response.status, {
        ...Object.fromEntries(response.headers),
        ...(cookies.length > 0 && { "set-cookie": cookies }),
      });
      if (response.body !== null) await send(response.body, outgoing, closed.signal);
      outgoing.end();
      await drain(chunks);
    } catch {
      outgoing.destroy();
    }
  };
}

/** Sends a body, part by part, as fast as the client takes it. */
async function send(body: ReadableStream<Uint8Array>, outgoing: NodeResponse, closed: AbortSignal): Promise<void> {
  const reader = body.getReader();
  const cancel = (): void => void reader.cancel().catch(() => undefined);
  closed.addEventListener("abort", cancel, { once: true });
  if (closed.aborted) cancel();
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    if (outgoing.write(part.value) || closed.aborted) continue;
    await new Promise<void>((resolve) => {
      outgoing.once("drain", resolve);
      closed.addEventListener("abort", () => resolve(), { once: true });
    });
  }
}

function requestOf(incoming: NodeRequest, chunks: AsyncIterator<Uint8Array>, signal: AbortSignal): Request {
  const { method = "GET", url = "/" } = incoming;
  const headers = new Headers();
  for (const [name, value] of Object.entries(incoming.headers)) {
    // The names of HTTP/2 that start with a colon are not headers.
    if (value !== undefined && !name.startsWith(":")) for (const each of [value].flat()) headers.append(name, each as string);
  }
  const hasBody = method !== "GET" && method !== "HEAD";
  const body = new ReadableStream<Uint8Array>({
    pull: async (controller) => {
      const { done, value } = await chunks.next();
      if (done) controller.close();
      else controller.enqueue(new Uint8Array(value));
    },
  });
  const init: RequestInit & { duplex: "half" } = { method, headers, signal, duplex: "half", ...(hasBody && { body }) };
  // The host is what the client claims; only the path counts.
  return new Request(new URL(url.startsWith("/") ? `http://localhost${url}` : url), init);
}

/** The most bytes that are read of the rest of a body. */
const mostDrained = 16 * 2 ** 20;

/**
 * Reads the rest of a body that nobody wants: a client that still sends does not hear an answer on a connection that ends, and what is
 * left of a request keeps the next one on the connection from being read.
 */
async function drain(chunks: AsyncIterator<Uint8Array>): Promise<void> {
  let left = mostDrained;
  for (let chunk = await chunks.next(); !chunk.done; chunk = await chunks.next()) {
    left -= chunk.value.byteLength;
    if (left < 0) break;
  }
  await chunks.return?.();
}
