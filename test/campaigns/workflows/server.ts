/** The Worker of this folder in `wrangler dev`, which can be killed with everything that it has started. */
import { request } from "node:http";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { startWrangler } from "../../support/servers/wrangler.ts";

/** A running Worker. */
export interface WorkerServer {
  /** Sends a request, and returns the JSON of the answer. */
  readonly call: <Answer>(path: string) => Promise<Answer>;
  /** Kills it with SIGKILL, and everything that it has started. */
  readonly kill: () => Promise<void>;
}

/** Starts the Worker over what an earlier one has left in a folder. */
export async function startWorker(folder: string): Promise<WorkerServer> {
  const { port, output, kill } = await startWrangler({ config: join(import.meta.dirname, "wrangler.jsonc"), folder });
  // `fetch` gives an answer up that does not begin within five minutes.
  const call = <Answer>(path: string): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const sent = request({ host: "127.0.0.1", port, path, method: "POST" }, async (response) => {
        const answer = await text(response).catch(reject);
        if (answer === undefined) return;
        if (response.statusCode === 200) resolve(JSON.parse(answer) as Answer);
        else reject(new Error(`${path} has answered ${response.statusCode}: ${answer}\n${output()}`));
      });
      sent.on("error", reject);
      sent.end();
    });
  return { call, kill };
}
