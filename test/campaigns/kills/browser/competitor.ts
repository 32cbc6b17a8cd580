/** A tab or a worker that makes runs until it is killed, and tells the server what it does. */
import { type ObjectStore, Storage } from "edgewater";
import { IndexedDBStore } from "edgewater/indexeddb";
import { OPFSStore } from "edgewater/opfs";
import { attack, type Told } from "../attack.ts";
import { Calls, type Trap } from "../trap.ts";

/** The stores that a browser keeps. */
export type Kind = "IndexedDBStore" | "OPFSStore";

/** What a tab or a worker is started with. */
export interface CompetitorOptions {
  readonly name: string;
  readonly kind: Kind;
  /** Its number, for the server. */
  readonly who: number;
  readonly trap: Trap | undefined;
  readonly killedRun: string | undefined;
}

export async function openIn(name: string, kind: Kind): Promise<{ readonly store: ObjectStore; readonly storage: Storage }> {
  const store = kind === "OPFSStore" ? new OPFSStore(name) : new IndexedDBStore(`${name}-values`);
  return { store, storage: await Storage.embedded(name) };
}

export async function compete({ name, kind, who, trap, killedRun }: CompetitorOptions): Promise<never> {
  const post = (path: string, value: object): Promise<Response> => fetch(path, { method: "POST", body: JSON.stringify({ who, ...value }) });
  const tell = (told: Told): Promise<Response> => post("/told", told);
  // The server ends this tab or worker, so this promise never resolves.
  const spring = async (): Promise<never> => {
    await post("/spring", {});
    return new Promise<never>(() => {});
  };
  return attack({ ...(await openIn(name, kind)), calls: new Calls(trap, spring), killedRun, force: false, tell });
}
