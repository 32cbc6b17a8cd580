/** What has changed between two materializations: their records, and their values as far as they are kept. */
import { EdgewaterError } from "../errors.ts";
import type { StoredEvent } from "../storage/types.ts";
import { diffLines } from "./diff-lines.ts";
import { diffRows } from "./diff-rows.ts";
import { diffTrees } from "./diff-tree.ts";
import type { Diff, DiffQuery, ValueDiff } from "./inspection.ts";
import type { LoadedValue, ValueLoader } from "./preview.ts";
import { Refusal } from "./refusal.ts";
import type { Subject } from "./subject.ts";
import { tableOf } from "./table.ts";
import { wireOf } from "./views.ts";

const defaultLimit = 200;
const longestText = 5_000_000;

/** @throws `NotFound` for an unknown asset or event */
export async function diffVersions(subject: Subject, loader: ValueLoader, name: string, query: DiffQuery): Promise<Diff> {
  subject.node(name);
  const [from, to] = await Promise.all([versionOf(subject, name, query.from), versionOf(subject, name, query.to)]);
  const isNewCode = from.codeVersion !== to.codeVersion;
  const code = {
    ...(from.codeVersion !== undefined && { from: from.codeVersion }),
    ...(to.codeVersion !== undefined && { to: to.codeVersion }),
  };
  return {
    metadata: changes(textsOf(from), textsOf(to)).map(({ name: key, ...change }) => ({ key, ...change })),
    inputs: changes(from.inputDataVersions, to.inputDataVersions),
    ...(isNewCode && { code }),
    value: await valueDiff(loader, name, from, to, query),
  };
}

async function versionOf({ storage }: Subject, name: string, id: number): Promise<StoredEvent> {
  const [event] = await storage.getEventsForAsset(name, { after: id - 1, before: id + 1, limit: 1 });
  if (event !== undefined) return event;
  const message = `Cannot compare the versions of ${JSON.stringify(name)}: no materialization or observation of it has the event id ${id}`;
  throw new EdgewaterError("NotFound", message, { asset: name });
}

/** Metadata as texts, by name. */
function textsOf({ metadata }: StoredEvent): Readonly<Record<string, string>> {
  const texts: [string, string][] = Object.entries(wireOf(metadata)).map(([name, wire]) => {
    const content = Object.values(wire)[0] as Readonly<Record<string, unknown>> | undefined;
    const value = content?.["value"];
    return [name, typeof value === "string" ? value : JSON.stringify(value ?? content ?? null)];
  });
  return Object.fromEntries(texts);
}

interface Change {
  readonly name: string;
  readonly from?: string;
  readonly to?: string;
}

function changes(from: Readonly<Record<string, string>>, to: Readonly<Record<string, string>>): readonly Change[] {
  return [...new Set([...Object.keys(from), ...Object.keys(to)])].flatMap((name): readonly Change[] => {
    const [before, after] = [Object.hasOwn(from, name) ? from[name] : undefined, Object.hasOwn(to, name) ? to[name] : undefined];
    if (before === after) return [];
    return [{ name, ...(before !== undefined && { from: before }), ...(after !== undefined && { to: after }) }];
  });
}

async function valueDiff(
  loader: ValueLoader,
  name: string,
  from: StoredEvent,
  to: StoredEvent,
  { limit = defaultLimit, signal }: DiffQuery,
): Promise<ValueDiff> {
  if (from.dataVersion === to.dataVersion) return { kind: "same" };
  const load = ({ id, partitionKey }: StoredEvent): Promise<LoadedValue> =>
    loader.load(name, { version: id, ...(partitionKey && { partition: String(partitionKey) }), ...(signal && { signal }) });
  try {
    // One after the other: the version that is likely to be gone first.
    const before = await load(from);
    const after = await load(to);
    return diffValues(before, after, limit);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const { because, message } = error.preview;
    return { kind: "refused", because, message };
  }
}

function diffValues(from: LoadedValue, to: LoadedValue, limit: number): ValueDiff {
  if (from.total !== undefined || to.total !== undefined)
    return { kind: "refused", because: "too-large", message: "Only a part of the values was read." };
  const [before, after] = [tableOf(from.value), tableOf(to.value)];
  if (before !== undefined && after !== undefined) return diffRows(before, after, limit);
  const [one, other] = [textIn(from.value), textIn(to.value)];
  if (one !== undefined && other !== undefined) {
    if (one.length + other.length > longestText)
      return { kind: "refused", because: "too-large", message: "The texts are too long to compare." };
    return diffLines(one, other, limit);
  }
  return diffTrees(from.value, to.value, limit);
}

/** The text of a value that is text, or bytes that are UTF-8. */
function textIn(value: unknown): string | undefined {
  if (typeof value === "string") return value;
  const bytes = value instanceof ArrayBuffer ? new Uint8Array(value) : value;
  if (!(bytes instanceof Uint8Array)) return undefined;
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return text.includes("\0") ? undefined : text;
  } catch {
    return undefined;
  }
}
