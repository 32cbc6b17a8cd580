import type { Action, Snapshot } from "../../src/inspector/inspection.ts";
import { formatCount } from "../parts/format.ts";
import type { IconName } from "../parts/icon.tsx";
import { wordOf, wordOfRun } from "../parts/status.ts";
import { navigationOf, toMake } from "./navigation.ts";
import { hrefOf } from "./route.ts";

/** Something that can be found: a place to go to, or an action whose plan is shown. */
export interface Entry {
  readonly key: string;
  readonly icon: IconName;
  readonly text: string;
  readonly note: string;
  readonly href?: string;
  readonly action?: Action;
}

/** Everything that can be found in a repository, in the order in which equal matches are listed. */
export function entriesOf(snapshot: Snapshot): readonly Entry[] {
  const { can } = snapshot;
  const views = navigationOf(snapshot).map(({ text, icon, href }): Entry => ({ key: `view ${text}`, icon, text, note: "view", href }));
  const assets: Entry[] = [];
  const commands: Entry[] = [];
  for (const node of snapshot.nodes) {
    const { name, kind, status } = node;
    const lacks = toMake(node);
    const note = kind === "task" ? "task" : `${kind}, ${lacks > 0 ? `${lacks} to make` : wordOf(status).toLowerCase()}`;
    assets.push({ key: `asset ${name}`, icon: "table", text: name, note, href: hrefOf({ screen: "asset", name }) });
    if (kind === "asset" && node.counts === undefined && can.materialize === true) {
      commands.push({
        key: `make ${name}`,
        icon: "play",
        text: `Materialize ${name}`,
        note: "",
        action: { type: "materialize", selection: [name] },
      });
    }
    if (node.counts !== undefined) {
      commands.push({
        key: `partitions ${name}`,
        icon: "grid",
        text: `Partitions of ${name}`,
        note: formatCount(node.counts.total, "partition"),
        href: hrefOf({ screen: "partitions", name }),
      });
      if (can.backfill === true && lacks > 0) {
        commands.push({
          key: `backfill ${name}`,
          icon: "play",
          text: `Backfill ${name}`,
          note: formatCount(lacks, "partition"),
          action: { type: "backfill", selection: [name], only: "missing" },
        });
      }
    }
    if (kind === "external" && can.observe === true) {
      commands.push({
        key: `observe ${name}`,
        icon: "play",
        text: `Observe ${name}`,
        note: "",
        action: { type: "observe", selection: [name] },
      });
    }
  }
  const runs = snapshot.runs.map(
    ({ runId, status, nodes }): Entry => ({
      key: `run ${runId}`,
      icon: "runs",
      text: `Run ${runId}`,
      note: `${wordOfRun(status).toLowerCase()}, ${nodes.length === 1 ? nodes[0] : formatCount(nodes.length, "step")}`,
      href: hrefOf({ screen: "run", runId }),
    }),
  );
  return [...views, ...assets, ...runs, ...commands];
}

export interface Match {
  readonly entry: Entry;
  /** Where in its text the words were found: start and end of each, in order, without overlap. */
  readonly marks: readonly (readonly [start: number, end: number])[];
}

export const maximumMatches = 12;

/** The entries that have every word of a text, those that begin with it first. */
export function searchEntries(entries: readonly Entry[], text: string): readonly Match[] {
  const words = text
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== "");
  const best: { readonly match: Match; readonly score: number }[] = [];
  for (const entry of entries) {
    const found = match(entry, words);
    if (found !== undefined) best.push(found);
  }
  // Equal scores keep the order of the entries.
  return best
    .sort((left, right) => left.score - right.score)
    .slice(0, maximumMatches)
    .map((each) => each.match);
}

function match(entry: Entry, words: readonly string[]): { readonly match: Match; readonly score: number } | undefined {
  const text = entry.text.toLowerCase();
  const note = entry.note.toLowerCase();
  const marks: (readonly [number, number])[] = [];
  let score = 0;
  for (const word of words) {
    const at = text.indexOf(word);
    if (at >= 0) {
      marks.push([at, at + word.length]);
      score += text === word ? 0 : at === 0 ? 1 : /[^a-z0-9]/.test(text[at - 1] ?? "") ? 2 : 3;
    } else if (note.includes(word)) score += 8;
    else return undefined;
  }
  return { match: { entry, marks: merge(marks) }, score };
}

function merge(marks: (readonly [number, number])[]): readonly (readonly [number, number])[] {
  const merged: [number, number][] = [];
  for (const [start, end] of marks.sort((left, right) => left[0] - right[0])) {
    const before = merged.at(-1);
    if (before !== undefined && start <= before[1]) before[1] = Math.max(before[1], end);
    else merged.push([start, end]);
  }
  return merged;
}
