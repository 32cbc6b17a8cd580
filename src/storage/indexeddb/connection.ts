import { type IDBPDatabase, openDB } from "idb";
import { EdgewaterError, type ErrorCode, isEdgewaterError } from "../../errors.ts";
import { type Stamp, schemaVersion } from "../schema.ts";
import { create, type Schema, storeNames } from "./schema.ts";

export type Database = IDBPDatabase<Schema>;

/** A connection that opens again when the browser or another tab has closed it. */
export interface Connection {
  readonly name: string;
  readonly durability: "strict" | "relaxed";
  /** Runs one transaction. `work` may be called a second time, before anything took effect. */
  readonly use: <Value>(work: (database: Database) => Promise<Value>) => Promise<Value>;
  readonly close: () => Promise<void>;
}

export function connect(name: string, database: string, fsync: boolean): Connection {
  let opened: Promise<Database> | undefined;
  const forget = (): void => {
    opened = undefined;
  };
  const open = (): Promise<Database> => {
    opened ??= openDatabase(database, forget).catch((error: unknown) => {
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
      // A transaction over everything ends after all others: then the browser closes at once, and does not linger.
      await database.transaction(storeNames, "readwrite").done;
    } catch {
      // The handle is dead already.
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
          // The handle is dead, and no transaction was begun on it.
          if ((error as Error).name !== "InvalidStateError") throw error;
          await close();
          return await work(await open());
        }
      } catch (cause) {
        throw explain(name, cause);
      }
    },
    close,
  };
}

/** What the records say of themselves. @throws `Integrity` for a database of something else */
export function readStamp({ name, use }: Connection): Promise<Stamp> {
  return use(async (database) => {
    const stamp = database.objectStoreNames.contains("meta") ? await database.get("meta", "stamp") : undefined;
    if (stamp !== undefined && "version" in stamp) return stamp;
    const message = `The IndexedDB database of ${name} holds something else; use another name`;
    throw new EdgewaterError("Integrity", message, { store: name });
  });
}

async function openDatabase(name: string, forget: () => void): Promise<Database> {
  const open = (version?: number): Promise<Database> =>
    openDB<Schema>(name, version, {
      upgrade: create,
      terminated: forget,
      // Another tab wants to change or delete the database: do not stand in its way.
      blocking: (_current, _blocked, event) => {
        forget();
        (event.target as IDBDatabase).close();
      },
    });
  try {
    return await open(schemaVersion);
  } catch (error) {
    // A later version: what it says of itself decides whether it can be used.
    if ((error as Error).name === "VersionError") return open();
    throw error;
  }
}

function explain(store: string, cause: unknown): EdgewaterError {
  if (isEdgewaterError(cause)) return cause;
  const { name, message } = cause as Error;
  const isFull = name === "QuotaExceededError";
  const code: ErrorCode = isFull ? "QuotaExceeded" : name === "ConstraintError" ? "AlreadyExists" : "Unavailable";
  return new EdgewaterError(code, `Cannot use ${store}: ${isFull ? "the origin's quota is full" : message || name}`, { store, cause });
}
