import type { AutomationNode } from "./snapshots.ts";

/** Options of `materialize` for something that should run. */
export interface AutomationRequest {
  /** Names of assets. */
  readonly selection: readonly string[];
  /** The display forms of the partitions; left out without partitions. */
  readonly partitionKeys?: readonly string[];
  /** The id of the run, which one process can begin. Left out when a run is to be resumed. */
  readonly runId?: string;
  /** The id of a run that was begun for an earlier request and whose process has ended: one process can take it over. */
  readonly resume?: string;
}

/** What an evaluation wants of one asset. */
export interface Wanted {
  readonly node: AutomationNode;
  /** The partitions to request. */
  readonly ask: readonly string[];
  /** Earlier requests that are returned again; of one that was begun the run is to be resumed. */
  readonly again: readonly { readonly runId: string; readonly partitions: readonly string[]; readonly isBegun: boolean }[];
}

/** Earlier requests, each of all its assets. */
export function earlierRequests(wanted: readonly Wanted[]): readonly AutomationRequest[] {
  const byRun = new Map<string, Group & { readonly isBegun: boolean }>();
  for (const { node, again } of wanted) {
    for (const { runId, partitions, isBegun } of again) {
      const group = byRun.get(runId) ?? { isBegun, selection: [], partitionKeys: new Set() };
      byRun.set(runId, group);
      group.selection.push(node.name);
      if (node.definition !== undefined) for (const partition of partitions) group.partitionKeys.add(partition);
    }
  }
  return [...byRun].map(([runId, group]) => ({ ...requestOf(group), ...(group.isBegun ? { resume: runId } : { runId }) }));
}

/**
 * New requests. One run makes all assets without partitions, and one all partitions of which the same assets are requested, so
 * that a chain of assets is made in its order. External assets are observed in runs of their own.
 */
export function newRequests(wanted: readonly Wanted[]): readonly AutomationRequest[] {
  const definitions = new Map<string, number>();
  const kindOf = ({ kind, definition = "" }: AutomationNode): string => {
    const known = definitions.get(definition) ?? definitions.size;
    definitions.set(definition, known);
    return `${kind} ${known}`;
  };
  const assets = new Map<string, string[]>();
  for (const { node, ask } of wanted) {
    const kind = kindOf(node);
    for (const partition of ask) {
      const key = `${kind} ${partition}`;
      const names = assets.get(key);
      if (names === undefined) assets.set(key, [node.name]);
      else names.push(node.name);
    }
  }
  const groups = new Map<string, Group>();
  for (const { node, ask } of wanted) {
    const kind = kindOf(node);
    for (const partition of ask) {
      const selection = assets.get(`${kind} ${partition}`) ?? [];
      const key = JSON.stringify([kind, selection]);
      const group = groups.get(key) ?? { selection, partitionKeys: new Set<string>() };
      groups.set(key, group);
      if (node.definition !== undefined) group.partitionKeys.add(partition);
    }
  }
  const all = [...groups.values()].map((group) => ({ ...requestOf(group), runId: crypto.randomUUID() }));
  return [
    ...all.filter(({ partitionKeys }) => partitionKeys === undefined),
    ...all.filter(({ partitionKeys }) => partitionKeys !== undefined),
  ];
}

interface Group {
  readonly selection: string[];
  readonly partitionKeys: Set<string>;
}

function requestOf({ selection, partitionKeys }: Group): AutomationRequest {
  return { selection, ...(partitionKeys.size > 0 && { partitionKeys: [...partitionKeys] }) };
}
