/** The engines, seen from outside: how a run begins, whether it has ended, and what they remember of it. */
import connect from "postgres";
import { RestateClient } from "../../support/engines/restate-client.ts";
import type { RestateServer } from "../../support/servers/restate.ts";
import { Service } from "./process.ts";
import type { ServiceOptions } from "./service.ts";
import { tablesWith } from "./traces.ts";

/** What an engine remembers of a run. */
export interface Remembered {
  /** How often the engine has completed the run. */
  readonly ends: number;
  /** The bytes of each step, with its name. */
  readonly stepBytes: readonly number[];
}

export interface Engine extends AsyncDisposable {
  readonly name: string;
  /** Starts a process of the service. */
  readonly start: (options: Omit<ServiceOptions, "engine">) => Promise<Service>;
  /** Begins a run, once however often it is called. */
  readonly begin: (service: Service, runId: string) => Promise<void>;
  /** Whether the engine has completed the run. */
  readonly isCompleted: (runId: string) => Promise<boolean>;
  /** What the engine knows of a run that does not go on. */
  readonly described: (runId: string) => Promise<string>;
  readonly remembered: (runId: string) => Promise<Remembered>;
  /** Where the engine keeps a text: tables with it. */
  readonly traces: (text: string) => Promise<readonly string[]>;
}

/** A Restate server, which reaches the service at a port. */
export function restateEngine(server: RestateServer, port: number): Engine {
  const client = new RestateClient(server);
  const workflow = "pipeline";
  let isRegistered = false;
  return {
    name: "restate",
    start: async (options) => {
      const service = new Service({ ...options, engine: "restate", port });
      await service.until(({ told }) => told === "ready");
      if (!isRegistered) await client.register(`http://127.0.0.1:${port}`);
      isRegistered = true;
      return service;
    },
    begin: async (_, runId) => void (await client.begin(workflow, runId)),
    isCompleted: async (runId) => (await client.status(workflow, runId)) === "completed",
    described: (runId) => client.described(workflow, runId),
    remembered: async (runId) => {
      const entries = await client.journal(workflow, runId);
      // A step is a command with the name, and a notification with the result; the first of both is the plan.
      const bytesOf = (type: string): readonly number[] => entries.filter((each) => each.type === type).map(({ length }) => length);
      const [commands, results] = [bytesOf("Command: Run"), bytesOf("Notification: Run")];
      return {
        ends: bytesOf("Command: Output").length,
        stepBytes: commands.map((bytes, index) => bytes + (results[index] ?? 0)).slice(1),
      };
    },
    traces: (text) => client.traces(text),
    [Symbol.asyncDispose]: async () => {},
  };
}

/** DBOS with its tables in a database. */
export function dbosEngine(database: string): Engine {
  const sql = connect(database, { max: 1, onnotice: () => {} });
  const statusOf = async (runId: string): Promise<string | undefined> => {
    const [table] = await sql`SELECT to_regclass('dbos.workflow_status') AS name`;
    if (table?.["name"] === null) return undefined;
    const [row] = await sql`SELECT status FROM dbos.workflow_status WHERE workflow_uuid = ${runId}`;
    return row?.["status"];
  };
  return {
    name: "dbos",
    start: async (options) => new Service({ ...options, engine: "dbos", database }),
    begin: async (service, runId) => {
      if ((await statusOf(runId)) !== undefined) return;
      await service.until(({ told }) => told === "ready");
      service.send({ verb: "begin", runId });
    },
    isCompleted: async (runId) => (await statusOf(runId)) === "SUCCESS",
    described: async (runId) => JSON.stringify(await sql`SELECT * FROM dbos.workflow_status WHERE workflow_uuid = ${runId}`),
    remembered: async (runId) => {
      const rows = await sql`
        SELECT octet_length(function_name) + octet_length(coalesce(output, '')) + octet_length(coalesce(error, '')) AS bytes
        FROM dbos.operation_outputs WHERE workflow_uuid = ${runId} ORDER BY function_id`;
      return { ends: (await statusOf(runId)) === "SUCCESS" ? 1 : 0, stepBytes: rows.map(({ bytes }) => Number(bytes)) };
    },
    traces: (text) => tablesWith(database, text),
    [Symbol.asyncDispose]: () => sql.end(),
  };
}
