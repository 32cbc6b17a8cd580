/** A served Storage on a real HTTP server, with the faults of networks between it and its clients. */
import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { setTimeout } from "node:timers/promises";

/**
 * | fault | what happens |
 * |-|-|
 * | `no answer` | the server does it, and the connection breaks |
 * | `cut answer` | the server does it, and the connection breaks after half of the answer |
 * | `gateway` | the server does it, and a gateway answers that it failed |
 * | `slow` | the server does it, and the answer arrives after `slowMs` |
 * | `twice` | the request arrives twice; the second answer is returned |
 * | `again` | the request arrives, and once more after the next one was answered |
 * | `late` | the connection breaks, and the request arrives after the next one was answered |
 * | `cut request` | half of the request arrives |
 * | `busy` | the request never arrives, and the answer is 503 |
 * | `lost` | the request never arrives, and the connection breaks |
 */
export type Fault = (typeof faults)[number] | "none";

export const faults = ["no answer", "cut answer", "gateway", "slow", "twice", "again", "late", "cut request", "busy", "lost"] as const;

export interface RecordsServer extends AsyncDisposable {
  /** Without a slash at its end. */
  readonly url: string;
  /** The headers of every request. */
  readonly requests: readonly { readonly url: string; readonly headers: IncomingHttpHeaders }[];
}

/** @param treat the fault of a request, by its operation */
export async function serveRecords(
  handler: (request: Request) => Promise<Response>,
  treat: (operation: string) => Fault = () => "none",
  slowMs = 400,
): Promise<RecordsServer> {
  const requests: { url: string; headers: IncomingHttpHeaders }[] = [];
  /** Requests that arrive after the next one was answered. */
  const delayed: (() => Promise<unknown>)[] = [];
  const server = createServer(async (incoming, outgoing) => {
    const { url = "/", method = "GET", headers } = incoming;
    requests.push({ url, headers });
    const body = await buffer(incoming);
    const deliver = (bytes: Buffer = body): Promise<Response> =>
      handler(
        new Request(`http://localhost${url}`, {
          method,
          headers: headers as Record<string, string>,
          ...(bytes.length > 0 && { body: new Uint8Array(bytes) }),
        }),
      );
    const after = delayed.splice(0);
    const fault = treat(url.split("/").at(-1) ?? "");
    if (fault === "busy") outgoing.writeHead(503, { "content-type": "text/html" }).end("<html>busy</html>");
    else if (fault === "lost" || fault === "late") {
      if (fault === "late") delayed.push(() => deliver());
      outgoing.destroy();
    } else {
      if (fault === "again") delayed.push(() => deliver());
      if (fault === "twice") await deliver();
      await answer(fault, await deliver(fault === "cut request" ? body.subarray(0, body.length / 2) : body), outgoing);
    }
    for (const each of after) await each();
  });
  async function answer(fault: Fault, response: Response, outgoing: ServerResponse): Promise<void> {
    const bytes = new Uint8Array(await response.arrayBuffer());
    if (fault === "no answer") return void outgoing.destroy();
    if (fault === "gateway") return void outgoing.writeHead(502, { "content-type": "text/html" }).end("<html>bad gateway</html>");
    if (fault === "slow") await setTimeout(slowMs);
    outgoing.writeHead(response.status, { ...Object.fromEntries(response.headers), "content-length": bytes.length });
    if (fault === "cut answer") outgoing.write(bytes.subarray(0, bytes.length / 2), () => outgoing.destroy());
    else outgoing.end(bytes);
  }
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
