// idb rather than idb-keyval, which the IndexedDB object store uses: these tables need typed stores, indexes and cursors; the
// object store needs only a get and a promise for a request, and idb-keyval is smaller.
import { type IDBPDatabase, openDB } from "idb";
import { EdgewaterError, type ErrorCode, isEdgewaterError } from "../../errors.ts";
import { type Stamp, schemaVersion } from "../schema-version.ts";
import { create, isVersion1, migrateFrom1, type Schema, storeNames } from "./schema.ts";

/** The open database. */
export type Database = IDBPDatabase<Schema>;

/** A connection that reopens after the browser or another tab has closed it. */
export interface Connection {
  /** Name for error messages. */
  readonly name: string;
  /** Whether commits wait for the disk. */
  readonly durability: "strict" | "relaxed";
  /** Runs one transaction. Calls `work` a second time when the database was closed before a transaction began. */
  readonly use: <Value>(work: (database: Database) => Promise<Value>) => Promise<Value>;
  /** Closes the database. */
  readonly close: () => Promise<void>;
}

/** Connects to a database, which the first `use` opens, and brings to this schema version if `migrates` is set. */
export function connect(name: string, database: string, fsync: boolean, migrates = false): Connection {
  let opened: Promise<Database> | undefined;
  const forget = (): void => {
    opened = undefined;
  };
  const open = (): Promise<Database> => {
    opened ??= openDatabase(database, forget, migrates).catch((error: unknown) => {
      forget();
      throw error;
    });
    return opened;
  };
  const close = async (): Promise<void> => {
    const closing = opened;
    forget();
    const database = await closing?.catch(() => undefined);
    if (database === undefined) return;
    try {
      // A transaction over every store ends after all others; then the browser closes at once.
      await database.transaction(storeNames, "readwrite").done;
    } catch {
      // The database is closed already.
    }
    database.close();
  };
  return {
    name,
    durability: fsync ? "strict" : "relaxed",
    use: async (work) => {
      try {
        try {
          return await work(await open());
        } catch (error) {
          // The database was closed, and no transaction has begun.
          if ((error as Error).name !== "InvalidStateError") throw error;
          await close();
          return await work(await open());
        }
      } catch (cause) {
        throw databaseError(name, cause);
      }
    },
    close,
  };
}

/** The schema version of the database. @throws `Integrity` when something else created the database */
export function readStamp({ name, use }: Connection): Promise<Stamp> {
  return use(async (database) => {
    const stamp = database.objectStoreNames.contains("meta") ? await database.get("meta", "stamp") : undefined;
    if (stamp !== undefined && "version" in stamp) return stamp;
    const message = `Cannot open ${name}: its IndexedDB database was not created by edgewater; use another name`;
    throw new EdgewaterError("Integrity", message, { store: name });
  });
}

/**
 * Opens the database. One of an earlier version is opened as it is, unless `migrates` is set: its stamp decides whether this
 * library can use it.
 */
async function openDatabase(name: string, forget: () => void, migrates: boolean): Promise<Database> {
  let isOld = false;
  const open = (version?: number): Promise<Database> =>
    openDB<Schema>(name, version, {
      upgrade: async (database, from, _to, transaction) => {
        if (from === 0 && version !== undefined) {
          create(database);
          return;
        }
        // Where it is aborted on purpose, the request to open the database rejects with the same error.
        transaction.done.catch(() => {});
        isOld = !migrates || !isVersion1(database);
        if (isOld) return transaction.abort();
        try {
          await migrateFrom1(database, transaction);
        } catch {
          // All or nothing. A transaction that has failed by itself, as for lack of space, cannot be aborted again.
          try {
            transaction.abort();
          } catch {}
        }
      },
      terminated: forget,
      // Another tab wants to upgrade or delete the database: let it.
      blocking: (_current, _blocked, event) => {
        forget();
        (event.target as IDBDatabase).close();
      },
    });
  try {
    return await open(schemaVersion);
  } catch (error) {
    // The database has another version; its stamp decides whether this library can use it.
    if (isOld || (error as Error).name === "VersionError") return open();
    throw error;
  }
}

function databaseError(store: string, cause: unknown): EdgewaterError {
  if (isEdgewaterError(cause)) return cause;
  const { name, message } = cause as Error;
  const isFull = name === "QuotaExceededError";
  const code: ErrorCode = isFull ? "QuotaExceeded" : name === "ConstraintError" ? "AlreadyExists" : "Unavailable";
  return new EdgewaterError(code, `Cannot use ${store}: ${isFull ? "the origin's quota is full" : message || name}`, { store, cause });
}
