import type { ErrorRecord, FailureRecord } from "../../storage/events.ts";
import { inputOf } from "../../storage/input-name.ts";
import type { StalenessCause } from "../../storage/types.ts";
import type { AttentionRow, EventView, NodeRow, RunRow, Snapshot } from "../inspection.ts";
import type { Rights } from "./rights.ts";

/** Which assets and tasks a request may see, and what of the views is left then. */
export class Visible {
  readonly #names: ReadonlySet<string>;
  /** The new position of each node; undefined for one that is not seen. */
  readonly #positions: readonly (number | undefined)[];
  /** Steps of several assets, of which at least one is seen. */
  readonly #steps: ReadonlySet<string>;
  readonly #hidden: readonly string[];
  /** Whether every node is seen. */
  readonly isWhole: boolean;

  private constructor(nodes: readonly NodeRow[], names: ReadonlySet<string>) {
    let position = 0;
    this.#names = names;
    this.#positions = nodes.map(({ name }) => (names.has(name) ? position++ : undefined));
    const all = new Set(nodes.map(({ name }) => name));
    this.#steps = new Set(nodes.filter(({ name, step }) => names.has(name) && !all.has(step)).map(({ step }) => step));
    this.#hidden = [...all].filter((name) => !names.has(name));
    this.isWhole = this.#hidden.length === 0;
  }

  /** Asks for every node of a snapshot. */
  static async of({ nodes }: Snapshot, rights: Rights): Promise<Visible> {
    const isSeen = await Promise.all(nodes.map(({ name }) => rights.may("view", name)));
    return new Visible(nodes, new Set(nodes.filter((_, index) => isSeen[index]).map(({ name }) => name)));
  }

  /** Whether an asset, a task or a step may be seen. What the graph does not have is seen only by those who see all of it. */
  has(name: string): boolean {
    return this.#names.has(name) || this.#steps.has(name) || (this.isWhole && name !== "");
  }

  /** Whether a step may be seen, by its display name, which ends with its partitions in brackets. */
  hasStep(display: string): boolean {
    return this.has(display) || this.has(display.replace(/\[[^[]*\]$/, "")) || this.has(inputOf(display).asset);
  }

  position(position: number): number | undefined {
    return this.#positions[position];
  }

  /** A sentence, unless it names something that is not seen. */
  text(text: string): string {
    return this.#hidden.some((name) => text.includes(name)) ? "Hidden: it names what you cannot see" : text;
  }

  causes(causes: readonly StalenessCause[]): readonly StalenessCause[] {
    return causes.map((cause) => {
      if (cause.upstream === undefined || this.has(cause.upstream)) return cause;
      return { kind: cause.kind, upstream: undefined, upstreamPartition: undefined, reason: "An input that you cannot see has changed" };
    });
  }

  node<Node extends NodeRow>(node: Node): Node {
    return { ...node, causes: this.causes(node.causes) };
  }

  /** A run with the nodes that are seen; undefined when no node is seen. */
  run<Run extends RunRow>(run: Run): Run | undefined {
    const nodes = run.nodes.filter((name) => this.has(name));
    return nodes.length === 0 && run.nodes.length > 0 ? undefined : { ...run, nodes };
  }

  runs(runs: readonly RunRow[]): readonly RunRow[] {
    return runs.flatMap((run) => this.run(run) ?? []);
  }

  attention(rows: readonly AttentionRow[], runs: readonly RunRow[]): readonly AttentionRow[] {
    const seen = rows.filter(({ asset, runId }) => (asset === undefined ? runs.some((run) => run.runId === runId) : this.has(asset)));
    return seen.map((row) => ({ ...row, what: this.text(row.what), why: this.text(row.why) }));
  }

  event(event: EventView): EventView {
    const { reason, failure } = event;
    return { ...event, ...(reason !== undefined && { reason: this.text(reason) }), ...(failure && { failure: this.failure(failure) }) };
  }

  failure(failure: FailureRecord): FailureRecord {
    return { ...this.error(failure), frames: failure.frames, causes: failure.causes.map((cause) => this.error(cause)) };
  }

  /** An error without the names of assets that the request may not see. */
  error({ asset, partition, field, ...error }: ErrorRecord): ErrorRecord {
    const seen = asset === undefined || this.has(asset) ? { asset, partition, field } : {};
    const named = Object.entries(seen).filter(([, value]) => value !== undefined);
    return { ...error, message: this.text(error.message), ...Object.fromEntries(named) };
  }

  /** Data versions by the names of inputs, or `name[key]`. */
  inputs(inputs: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
    return Object.fromEntries(Object.entries(inputs).filter(([name]) => this.has(inputOf(name).asset) || this.has(name)));
  }

  snapshot(snapshot: Snapshot): Snapshot {
    const runs = this.runs(snapshot.runs);
    const edges = snapshot.edges.flatMap(([from, to, ...mapping]) => {
      const [left, right] = [this.position(from), this.position(to)];
      return left === undefined || right === undefined ? [] : [[left, right, ...mapping] as Snapshot["edges"][number]];
    });
    const nodes = snapshot.nodes.filter(({ name }) => this.has(name)).map((node) => this.node(node));
    return { ...snapshot, nodes, edges, runs, attention: this.attention(snapshot.attention, runs) };
  }
}
