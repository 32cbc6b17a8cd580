import { EdgewaterError, isEdgewaterError } from "../../errors.ts";
import { checkTransport, parsedUrl, transportKinds } from "../../object-store/client/checks.ts";
import type { TransportOptions } from "../../object-store/client/exchange.ts";
import { aFunction, checkOptions, either, type OptionKind, type OptionKinds } from "../../options.ts";
import type { Backend, EventsQuery, LatestQuery, Place, RunsQuery, StorageBackend, TicksQuery } from "../../storage/backend.ts";
import { type Batch, idGivenUp, preconditionFailed } from "../../storage/batch.ts";
import type { AnyEvent } from "../../storage/events.ts";
import { longestWaitMs, pageSize } from "../protocol.ts";
import { Connection, isToken } from "./connection.ts";

/** Options of {@link remote}. */
export interface RemoteOptions extends TransportOptions {
  /** The bearer token of every request, or a function that returns it before every request. No error shows it. */
  readonly token?: string | (() => string | Promise<string>);
}

const aToken: OptionKind = { expected: "a token of printable characters without spaces", accepts: isToken };
const kinds: OptionKinds<RemoteOptions> = { token: either(aToken, aFunction), ...transportKinds };

/**
 * The back end for a Storage that `serveStorage` serves at a URL, for `Storage.connect`. Opening it asks the server once.
 *
 * - A commit takes effect once, however often its answer is lost: it is sent again with the same id. When the last attempt gets no
 *   answer either, the error has the outcome `unknown`.
 * - A subscription waits for events on the server, so that those of other clients arrive at once. It reconnects until it is ended,
 *   and goes on with what it has missed.
 * - A redirect is not followed.
 *
 * Opening throws `Unauthenticated`, `NotFound` when nothing is served at the URL, `Unavailable`, and `SchemaMismatch` when the
 * server has another version of edgewater.
 *
 * @throws `SettingsError` for a URL that is not http or https, or has credentials, a query or a fragment, and for wrong options
 *
 * @example
 * ```ts
 * import { Storage } from "edgewater";
 * import { remote } from "edgewater/remote";
 *
 * await using storage = await Storage.connect(remote("https://example.org/records", { token }));
 * ```
 */
export function remote(url: string | URL, options: RemoteOptions = {}): StorageBackend {
  checkOptions("remote", options, kinds);
  const at = parsedUrl(url);
  if (!at || !/^https?:$/.test(at.protocol) || at.search || at.hash || at.username || at.password) {
    const message = "Invalid url of remote; expected an http or https URL without credentials, query or fragment; pass a token";
    throw new EdgewaterError("SettingsError", message, { store: "remote", field: "url" });
  }
  const base = at.href.replace(/\/$/, "");
  const name = `remote(${base})`;
  checkTransport(options, name);
  const connection = new Connection({ ...options, name, url: base });
  const open = async (): Promise<void> => {
    await connection.ask("open", {});
  };
  return {
    name,
    open: async () => {
      await open();
      return new RemoteBackend(name, connection);
    },
    // The server migrates its records; one with another version is refused.
    migrate: open,
  };
}

class RemoteBackend implements Backend {
  readonly name: string;
  readonly reach = "anywhere";
  readonly #connection: Connection;

  constructor(name: string, connection: Connection) {
    this.name = name;
    this.#connection = connection;
  }

  async commit(batch: Batch): Promise<readonly AnyEvent[]> {
    try {
      return await this.#connection.ask("commit", { ...batch, id: batch.id ?? crypto.randomUUID() });
    } catch (error) {
      if (isEdgewaterError(error, "PreconditionFailed"))
        throw batch.id !== undefined && error.field === "id" ? idGivenUp(this.name, batch) : preconditionFailed(this.name, batch);
      throw error;
    }
  }

  async events({ limit = Number.POSITIVE_INFINITY, ...query }: EventsQuery): Promise<readonly AnyEvent[]> {
    const found: AnyEvent[] = [];
    let rest: EventsQuery = query;
    while (found.length < limit) {
      const size = Math.min(pageSize, limit - found.length);
      const page = await this.#connection.ask("events", { ...rest, limit: size });
      for (const event of page) found.push(event);
      const last = page.at(-1)?.id;
      if (page.length < size || last === undefined) break;
      rest = query.newestFirst ? { ...query, before: last } : { ...query, after: last };
    }
    return found;
  }

  nextEvents(after: number, signal: AbortSignal): Promise<readonly AnyEvent[]> {
    const waitMs = Math.floor(Math.min(longestWaitMs, this.#connection.timeoutMs / 2));
    return this.#connection.ask("nextEvents", { after, waitMs }, { signal, untilEnded: true });
  }

  materialization(assetKey: string, partitionId: string) {
    return this.#connection.ask("materialization", { assetKey, partitionId });
  }

  latestOf(places: readonly Place[]) {
    if (places.length === 0) return Promise.resolve([]);
    const asked = places.map(({ assetKey, partition }) => ({ assetKey, partition: partition === undefined ? undefined : `${partition}` }));
    return this.#connection.ask("latestOf", { places: asked });
  }

  latest(query: LatestQuery) {
    return this.#connection.ask("latest", query);
  }

  definitions(assetKey?: string) {
    return this.#connection.ask("definitions", { assetKey });
  }

  run(runId: string) {
    return this.#connection.ask("run", { runId });
  }

  runs(query: RunsQuery) {
    return this.#connection.ask("runs", query);
  }

  leases(runId?: string, step?: string) {
    return this.#connection.ask("leases", { runId, step });
  }

  logs(runId: string) {
    return this.#connection.ask("logs", { runId });
  }

  ticks(query: TicksQuery) {
    return this.#connection.ask("ticks", query);
  }

  kv(key: string) {
    return this.#connection.ask("kv", { key });
  }

  kvList(prefix: string) {
    return this.#connection.ask("kvList", { prefix });
  }

  dynamicPartitions(definition?: string) {
    return this.#connection.ask("dynamicPartitions", { definition });
  }

  async close(): Promise<void> {}
}
