/** What tests ask a Restate server. */
import type { RestateServer } from "../servers/restate.ts";

/** One entry of a journal. */
export interface JournalEntry {
  readonly index: number;
  readonly name: string | null;
  readonly type: string;
  /** Bytes. */
  readonly length: number;
}

export class RestateClient {
  readonly #server: RestateServer;

  constructor(server: RestateServer) {
    this.#server = server;
  }

  /** Makes the services of an endpoint known. */
  async register(uri: string, options: { readonly use_http_11?: boolean } = {}): Promise<void> {
    await this.#send(`${this.#server.admin}/deployments`, "POST", { uri, force: true, ...options });
  }

  /** Begins a handler of a workflow, and returns the id of its invocation; undefined when it was begun before. */
  async begin(workflow: string, key: string, input: unknown = null): Promise<string | undefined> {
    const response = await fetch(`${this.#server.ingress}/${workflow}/${encodeURIComponent(key)}/run/send`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(input),
    });
    const answer = (await response.json()) as { readonly invocationId?: string; readonly status?: string };
    if (!response.ok) throw new Error(`Restate has answered ${response.status}: ${JSON.stringify(answer)}`);
    return answer.status === "Accepted" ? answer.invocationId : undefined;
  }

  /** Waits for the result of a workflow. Rejects with what it failed with. */
  async result(workflow: string, key: string): Promise<unknown> {
    return this.#send(`${this.#server.ingress}/restate/workflow/${workflow}/${encodeURIComponent(key)}/attach`, "GET");
  }

  /** Cancels a workflow: its handler gets an error where it waits. */
  async cancel(workflow: string, key: string): Promise<void> {
    const [row] = await this.#query(`SELECT i.id FROM sys_invocation i WHERE ${isOf(workflow, key)}`);
    await this.#send(`${this.#server.admin}/invocations/${row?.["id"]}/cancel`, "PATCH");
  }

  /** The entries of the journal of a workflow, without what is in them. */
  async journal(workflow: string, key: string): Promise<readonly JournalEntry[]> {
    const rows = await this.#query(
      `SELECT j.index, j.name, j.entry_type AS type, j.raw_length AS length
       FROM sys_journal j JOIN sys_invocation i ON i.id = j.id WHERE ${isOf(workflow, key)} ORDER BY j.index`,
    );
    return rows as unknown as readonly JournalEntry[];
  }

  /** How a workflow stands, such as `running`, `backing-off` or `completed`; undefined when it is not known. */
  async status(workflow: string, key: string): Promise<string | undefined> {
    const [row] = await this.#query(`SELECT i.status FROM sys_invocation i WHERE ${isOf(workflow, key)}`);
    return row?.["status"] as string | undefined;
  }

  /** What a workflow waits for, as far as the server knows: for the errors of tests. */
  async described(workflow: string, key: string): Promise<string> {
    return JSON.stringify(await this.#query(`SELECT i.* FROM sys_invocation i WHERE ${isOf(workflow, key)}`));
  }

  /** The tables that have a text, of all invocations. */
  async traces(text: string): Promise<readonly string[]> {
    // Journals show bytes as numbers.
    const bytes = [...new TextEncoder().encode(text)].join(",");
    const found: string[] = [];
    for (const [table, columns] of [
      ["sys_journal", ["name", "entry_json"]],
      ["sys_invocation", ["target", "last_failure", "completion_failure"]],
    ] as const) {
      const has = columns.flatMap((column) => [`${column} LIKE '%${text}%'`, `${column} LIKE '%${bytes}%'`]).join(" OR ");
      const [row] = await this.#query(`SELECT count(*) AS rows FROM ${table} WHERE ${has}`);
      if (Number(row?.["rows"]) > 0) found.push(table);
    }
    return found;
  }

  async #query(query: string): Promise<readonly Readonly<Record<string, unknown>>[]> {
    const { rows } = (await this.#send(`${this.#server.admin}/query`, "POST", { query })) as { readonly rows: never };
    return rows;
  }

  async #send(url: string, method: string, body?: unknown): Promise<unknown> {
    const response = await fetch(url, {
      method,
      headers: { accept: "application/json", ...(body !== undefined && { "content-type": "application/json" }) },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`Restate has answered ${response.status} to ${method} ${url}: ${text}`);
    return text === "" ? undefined : JSON.parse(text);
  }
}

function isOf(workflow: string, key: string): string {
  const text = (value: string): string => `'${value.replaceAll("'", "''")}'`;
  return `i.target_service_name = ${text(workflow)} AND i.target_service_key = ${text(key)}`;
}
