/** The server of the second relay, whose records all runtimes share. */
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Storage } from "edgewater";
import { bearer, nodeListener, serveStorage } from "edgewater/remote";

/** A server of records. */
export interface RecordsServer extends AsyncDisposable {
  readonly url: string;
  readonly token: string;
}

/**
 * Serves records in memory on a free port of this machine.
 *
 * @param origin the origin of the page that may ask too
 */
export async function serveRecords(origin: string): Promise<RecordsServer> {
  const storage = Storage.memory();
  const token = crypto.randomUUID();
  const handler = serveStorage(storage, { authorize: bearer({ write: token }), cors: { origins: [origin] } });
  const server = createServer(nodeListener(handler)).listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/records`,
    token,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await storage.close();
    },
  };
}
