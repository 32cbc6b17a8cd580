/** Counts the statements that clients send to a Postgres, between them and the server. */
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

export interface Counter extends AsyncDisposable {
  /** Where clients reach the server through this. */
  readonly host: string;
  /** The statements so far. */
  readonly statements: () => number;
}

/** The types of the messages that run a statement: Query, and Execute of a prepared one. */
const running = new Set(["Q".charCodeAt(0), "E".charCodeAt(0)]);

/** Starts to count. */
export async function countStatements(host: string): Promise<Counter> {
  const [name = "", port = ""] = host.split(":");
  let statements = 0;
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(Number(port), name);
    const count = counterOf(() => {
      statements++;
    });
    client.on("data", count);
    client.pipe(upstream).pipe(client);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.setNoDelay(true).on("error", () => {});
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    statements: () => statements,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}

/** Reads the messages of one connection: a length at its start, then a type and a length each. */
function counterOf(onStatement: () => void): (chunk: Buffer) => void {
  let rest: Buffer = Buffer.alloc(0);
  let isStarted = false;
  return (chunk) => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    for (;;) {
      const header = isStarted ? 1 : 0;
      if (rest.length < header + 4) return;
      const size = header + rest.readUInt32BE(header);
      if (rest.length < size) return;
      if (isStarted && running.has(rest[0] as number)) onStatement();
      isStarted = true;
      rest = rest.subarray(size);
    }
  };
}
