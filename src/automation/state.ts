import { encodeSegment } from "../encoding/percent.ts";
import type { Batch, Storage } from "../storage/types.ts";

/** The state of the condition of one asset between two evaluations. Stored as JSON. */
export interface AssetState {
  /** How often the asset was evaluated. */
  readonly evaluation: number;
  /** The latest time of an evaluation, in milliseconds since 1970-01-01T00:00:00Z. */
  readonly timestamp: number;
  /** The greatest event id that the evaluations knew. */
  readonly lastEventId: number;
  /** What the parts of the condition remember, by their identity and the asset they were evaluated on. */
  readonly remembered: Readonly<Record<string, unknown>>;
  /** The requests of which it is not known how they have ended. */
  readonly requests: readonly OpenRequest[];
  /** What was requested last, the oldest first: each partition once, with its last request. */
  readonly asked: readonly PastRequest[];
}

/** A request that was returned: a run with its id is to make some partitions, once. */
export interface OpenRequest {
  /** The id of the run. Who begins it first has it. */
  readonly runId: string;
  /** The partitions to make. */
  readonly partitions: readonly string[];
  /** The number of the last evaluation at which it had a reason. */
  readonly evaluation: number;
  /** The greatest event id that the evaluation knew that has made the request. */
  readonly lastEventId: number;
  /** Until when who got it last may begin the run, in milliseconds since 1970-01-01T00:00:00Z. */
  readonly until: number;
  /** The partitions for which the condition was true at an evaluation since; none when left out. */
  readonly again?: readonly string[];
  /** The attempt of its run that has ended before all was tried, once the request was returned to resume the run after that one. */
  readonly resumes?: number;
}

/** What one evaluation has requested. */
export interface PastRequest {
  readonly evaluation: number;
  readonly partitions: readonly string[];
}

/**
 * The prefix of the keys under which states are kept: `edgewater/automation/<asset>`, the name percent-encoded. A state that is
 * too long for one value is kept in pieces under `edgewater/automation/<asset>/<number>`, and the key of the asset has their
 * number. A state of an earlier version is under the prefix itself, and has all assets.
 */
const prefix = "edgewater/automation";

/** Longest value, in bytes. D1 has rows of at most 2 MB. */
const longestValue = 500_000;

/** The states of an earlier version. Conditions remembered by their path in the condition of the asset. */
interface SharedState {
  readonly timestamp: number;
  readonly lastEventId: number;
  readonly assets: Readonly<Record<string, { readonly remembered: Readonly<Record<string, unknown>>; readonly asked: readonly string[] }>>;
}

/** What the key of an asset has when its state is in pieces. The version is another one each time, for preconditions. */
interface Pieces {
  readonly pieces: number;
  readonly version: string;
}

/** The states of all assets at one moment. */
export interface States {
  /** The state of an asset; undefined when it was never evaluated. */
  readonly of: (asset: string) => AssetState | undefined;
  /** Writes of the states of some assets, and the preconditions that nobody else has written them. */
  readonly write: (states: ReadonlyMap<string, AssetState>) => Pick<Batch, "preconditions" | "kv">;
}

/** Reads the states of all assets. */
export async function readStates(storage: Storage): Promise<States> {
  const entries = await storage.kvList(prefix);
  const values = new Map(entries.map(({ key, value }) => [key, value]));
  const pieces = new Map<string, string[]>();
  for (const { key } of entries) {
    const [root, ...numbers] = key.slice(prefix.length + 1).split("/");
    if (root !== undefined && numbers.length > 0) pieces.set(root, [...(pieces.get(root) ?? []), key]);
  }
  const old = values.get(prefix);
  const shared = old && (parse(old) as SharedState);
  const read = (asset: string): AssetState | undefined => {
    const own = values.get(keyOf(asset));
    if (own !== undefined) return stateOf(asset, own, values);
    return shared && Object.hasOwn(shared.assets, asset) ? ofEarlierVersion(shared, asset) : undefined;
  };
  const states = new Map<string, AssetState | undefined>();
  return {
    of: (asset) => {
      if (!states.has(asset)) states.set(asset, read(asset));
      return states.get(asset);
    },
    write: (states) => {
      const preconditions = [...states.keys()].map((asset) => ({ kv: keyOf(asset), is: values.get(keyOf(asset)) }));
      const kv = [...states].flatMap(([asset, state]) => writesOf(asset, state, pieces.get(encodeSegment(asset)) ?? []));
      const isRead = shared && Object.keys(shared.assets).every((asset) => states.has(asset) || values.has(keyOf(asset)));
      return { preconditions, kv: isRead ? [...kv, { key: prefix, value: undefined }] : kv };
    },
  };
}

/** What it has requested counts as handled, as it did then. */
function ofEarlierVersion({ timestamp, lastEventId, assets }: SharedState, asset: string): AssetState {
  const { remembered: byPath = {}, asked = [] } = assets[asset] ?? {};
  const requested = new Set<unknown>(asked);
  const remembered: Record<string, unknown> = {};
  for (const [path, value] of Object.entries(byPath)) {
    // The last part of a path has the label and the asset: `newly updated(prices)`.
    const [, label = path, on = asset] = /^(?:.*\/\d+:)?(.*?)(?:\((.*)\))?$/s.exec(path) ?? [];
    const isHeld = label === "since last handled" && Array.isArray(value);
    remembered[earlierName(label, on)] ??= isHeld ? value.filter((partition) => !requested.has(partition)) : value;
  }
  return { evaluation: 1, timestamp, lastEventId, remembered, requests: [], asked: [] };
}

/** The name under which a memory of an earlier version is found, which knew conditions by their labels. */
export function earlierName(label: string, asset: string): string {
  return `earlier version: ${label}@${asset}`;
}

function keyOf(asset: string): string {
  return `${prefix}/${encodeSegment(asset)}`;
}

function stateOf(asset: string, own: Uint8Array, values: ReadonlyMap<string, Uint8Array>): AssetState | undefined {
  const state = parse(own) as AssetState | Pieces;
  if (!("pieces" in state)) return state;
  const pieces = Array.from({ length: state.pieces }, (_, index) => values.get(`${keyOf(asset)}/${index}`) ?? new Uint8Array());
  const joined = new Uint8Array(pieces.reduce((length, piece) => length + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    joined.set(piece, at);
    at += piece.length;
  }
  return parse(joined) as AssetState;
}

/** The writes of one state, which also delete the pieces that it does not need any more. */
function writesOf(asset: string, state: AssetState, known: readonly string[]): NonNullable<Batch["kv"]> {
  const key = keyOf(asset);
  const bytes = new TextEncoder().encode(JSON.stringify(state));
  const writes = new Map<string, Uint8Array | undefined>();
  for (const piece of known) writes.set(piece, undefined);
  if (bytes.length <= longestValue) writes.set(key, bytes);
  else {
    const pieces = Math.ceil(bytes.length / longestValue);
    const header: Pieces = { pieces, version: crypto.randomUUID() };
    writes.set(key, new TextEncoder().encode(JSON.stringify(header)));
    for (let index = 0; index < pieces; index++) {
      writes.set(`${key}/${index}`, bytes.slice(index * longestValue, (index + 1) * longestValue));
    }
  }
  return [...writes].map(([key, value]) => ({ key, value }));
}

function parse(bytes: Uint8Array): unknown {
  return JSON.parse(new TextDecoder().decode(bytes));
}
