import { encodeSegment } from "../encoding/percent.ts";
import type { Batch, Storage } from "../storage/types.ts";
import type { ConditionMemory } from "./evaluate-condition.ts";

/** The state of the condition of one asset between two evaluations. Stored as JSON. */
export interface AssetState {
  /** Time of the evaluation, in milliseconds since 1970-01-01T00:00:00Z. */
  readonly timestamp: number;
  /** The greatest event id that the evaluation knew. */
  readonly lastEventId: number;
  readonly memory: ConditionMemory;
}

/**
 * The prefix of the keys under which states are kept: `edgewater/automation/<asset>`, the name percent-encoded. A state that is
 * too long for one value is kept in pieces under `edgewater/automation/<asset>/<number>`, and the key of the asset has their
 * number. A state of an earlier version is under the prefix itself, and has all assets.
 */
const prefix = "edgewater/automation";

/** Longest value, in bytes. D1 has rows of at most 2 MB. */
const longestValue = 500_000;

/** The states of an earlier version. */
interface SharedState {
  readonly timestamp: number;
  readonly lastEventId: number;
  readonly assets: Readonly<Record<string, ConditionMemory>>;
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
  return {
    of: (asset) => {
      const own = values.get(keyOf(asset));
      if (own !== undefined) return stateOf(asset, own, values);
      const memory = shared && Object.hasOwn(shared.assets, asset) ? shared.assets[asset] : undefined;
      return shared && memory && { timestamp: shared.timestamp, lastEventId: shared.lastEventId, memory };
    },
    write: (states) => {
      const preconditions = [...states.keys()].map((asset) => ({ kv: keyOf(asset), is: values.get(keyOf(asset)) }));
      const kv = [...states].flatMap(([asset, state]) => writesOf(asset, state, pieces.get(encodeSegment(asset)) ?? []));
      const isRead = shared && Object.keys(shared.assets).every((asset) => states.has(asset) || values.has(keyOf(asset)));
      return { preconditions, kv: isRead ? [...kv, { key: prefix, value: undefined }] : kv };
    },
  };
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
