/**
 * Random operations on a LocalStore, compared with a model: writes, reads, deletes, copies of the folder, edits and damage
 * by other programs, and claims of dead processes.
 */
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { isEdgewaterError } from "../../../src/errors.ts";
import { ClaimOwner } from "../../../src/object-store/local/claim-owner.ts";
import { LocalStore } from "../../../src/object-store/local/index.ts";
import { Layout } from "../../../src/object-store/local/layout.ts";
import type { FullPutOptions, PutMode } from "../../../src/object-store/types.ts";
import { pick, randomOf } from "../../support/random.ts";

const keys = ["a", "b/c", "b/d", "B/C", "ü/é", `${"long".repeat(80)}/x`, "v1/k.json"] as const;

const weights = {
  overwrite: 20,
  create: 8,
  replace: 12,
  stale: 8,
  delete: 8,
  copy: 4,
  race: 4,
  edit: 4,
  truncate: 3,
  rot: 3,
  touch: 3,
  cut: 2,
  accept: 5,
  move: 2,
  deadClaim: 4,
  reopen: 4,
} as const;

/** What the store must report about a key. */
interface Expected {
  readonly body: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly state: "written" | "copied" | "changed" | "plain" | "rotten";
  readonly etag: string | undefined;
  readonly hasRecord: boolean;
  /** The bytes that the record describes. */
  readonly written: string;
}

/** Runs so many operations and returns what was wrong. */
export async function localCampaign(operations: number, seed: number): Promise<readonly string[]> {
  const folder = await mkdtemp(join(tmpdir(), "edgewater-campaign-"));
  const run = new Campaign(join(folder, "0"), randomOf(seed));
  try {
    mkdirSync(run.folder);
    for (let turn = 0; turn < operations && run.problems.length < 10; turn++) await run.turn(turn);
    return run.problems;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

class Campaign {
  readonly problems: string[] = [];
  folder: string;
  readonly #random: () => number;
  readonly #model = new Map<string, Expected>();
  /** Every etag that a write of a key has returned. */
  readonly #etags = new Map<string, Set<string>>();
  #store: LocalStore;
  #moves = 0;

  constructor(folder: string, random: () => number) {
    this.folder = folder;
    this.#random = random;
    this.#store = new LocalStore(folder);
  }

  async turn(turn: number): Promise<void> {
    const name = pick(this.#random, weights);
    const key = this.#pick(keys);
    const where = `operation ${turn}, ${name} of ${key.slice(0, 20)}`;
    try {
      await this.#operations[name](key, where);
      await this.#check(key, where);
      if (turn % 25 === 0) await this.#checkList(where);
    } catch (error) {
      this.problems.push(`${where}: ${error instanceof Error ? error.stack : String(error)}`);
    }
  }

  readonly #operations: Readonly<Record<keyof typeof weights, (key: string, where: string) => Promise<void> | void>> = {
    overwrite: (key) => this.#put(key, "overwrite"),
    create: (key, where) => (this.#model.has(key) ? this.#refused(key, "create", "AlreadyExists", where) : this.#put(key, "create")),
    replace: async (key, where) => {
      if (!this.#model.has(key)) return this.#refused(key, { ifMatch: '"x"' }, "PreconditionFailed", where);
      const etag = (await Array.fromAsync(this.#store.list())).find((each) => each.key === key)?.etag ?? "";
      return this.#put(key, { ifMatch: etag });
    },
    stale: async (key, where) => {
      const etag = this.#model.get(key)?.etag;
      const stale = [...(this.#etags.get(key) ?? [])].filter((each) => each !== etag);
      if (stale.length > 0) await this.#refused(key, { ifMatch: this.#pick(stale) }, "PreconditionFailed", where);
    },
    delete: async (key) => {
      await this.#store.delete(key);
      this.#model.delete(key);
    },
    copy: async (key) => {
      const target = this.#pick(keys);
      const source = this.#model.get(key);
      if (source === undefined || source.state === "rotten" || target === key) return;
      const { etag } = await this.#store.copy(key, target);
      this.#wrote(target, source.body, source.metadata, etag);
    },
    race: async (key, where) => {
      const others = [this.#store, new LocalStore(this.folder)];
      await this.#store.delete(key);
      const made = await Promise.allSettled(
        [0, 1, 0, 1].map((index) => others[index]?.put(key, String(index), { mode: "create", metadata: { index: String(index) } })),
      );
      const winners = made.flatMap((each, index) =>
        each.status === "fulfilled" ? [{ index: String(index % 2), etag: each.value?.etag }] : [],
      );
      if (winners.length !== 1) this.problems.push(`${where}: ${winners.length} creates were done`);
      const [winner] = winners;
      if (winner) this.#wrote(key, winner.index, { index: winner.index }, winner.etag);
    },
    edit: (key) => this.#change(key, () => this.#body(), true),
    truncate: (key) => this.#change(key, (body) => body.slice(0, Math.floor(body.length / 2)), true),
    rot: (key) => {
      if (this.#model.get(key)?.state !== "copied") this.#change(key, (body) => body.replaceAll(/./gs, "?"), false);
    },
    touch: (key) => this.#change(key, (body) => body, true),
    cut: (key) => {
      const found = this.#model.get(key);
      if (found?.state !== "written") return;
      const path = this.#pathOf(key);
      const seconds = Math.floor(statSync(path).mtimeMs / 1000);
      utimesSync(path, seconds, seconds);
    },
    accept: async (key, where) => {
      const found = this.#model.get(key);
      if (found === undefined) return this.#fails(() => this.#store.accept(key), "NotFound", where);
      const { etag } = await this.#store.accept(key);
      const isTaken = found.hasRecord && found.body !== found.written;
      if (isTaken) this.#model.set(key, { ...found, metadata: {}, state: "plain", hasRecord: false, etag });
    },
    move: () => {
      const next = join(dirname(this.folder), String(++this.#moves));
      cpSync(this.folder, next, { recursive: true, preserveTimestamps: true });
      rmSync(this.folder, { recursive: true });
      this.folder = next;
      this.#store = new LocalStore(next);
    },
    deadClaim: (key) => {
      const layout = new Layout(this.folder);
      const owner = new ClaimOwner().name.replace(/-\d*-/, "-1-");
      mkdirSync(layout.temporary, { recursive: true });
      const hash = layout.hashOf(key);
      const text = this.#pick(["", '{"v":1', JSON.stringify({ v: 1, key, etag: "dead", size: 3, mtime: 5, crc32: "00000000" })]);
      writeFileSync(join(layout.temporary, `k.${hash}.1.${owner}`), text);
      if (this.#random() < 0.5) writeFileSync(join(layout.temporary, `t.1.${owner}`), "dead");
    },
    reopen: () => {
      this.#store = new LocalStore(this.folder);
    },
  };

  async #put(key: string, mode: PutMode): Promise<void> {
    const body = this.#body();
    const metadata: Record<string, string> = this.#random() < 0.5 ? {} : { body, random: String(this.#random()) };
    const isStream = this.#random() < 0.2;
    const options: FullPutOptions = { mode, metadata };
    const { etag } = await this.#store.put(key, isStream ? new Blob([body]).stream() : body, options);
    this.#wrote(key, body, metadata, etag);
  }

  #wrote(key: string, body: string, metadata: Readonly<Record<string, string>>, etag: string | undefined): void {
    const hasRecord = Object.keys(metadata).length > 0 || (this.#model.get(key)?.hasRecord ?? false);
    const all = this.#etags.get(key) ?? new Set();
    if (etag === undefined || all.has(etag)) this.problems.push(`${key}: the etag ${etag} was given twice`);
    this.#etags.set(key, all.add(etag ?? ""));
    this.#model.set(key, { body, metadata, state: hasRecord ? "written" : "plain", etag, hasRecord, written: body });
  }

  /** Changes a file as another program does. */
  #change(key: string, change: (body: string) => string, isTimeNew: boolean): void {
    const found = this.#model.get(key);
    if (found === undefined) return;
    const path = this.#pathOf(key);
    const { mtimeMs } = statSync(path);
    const body = change(readFileSync(path, "utf8"));
    writeFileSync(path, body);
    const seconds = isTimeNew ? 1_000_000 + Math.floor(this.#random() * 1e6) + 0.1 : mtimeMs / 1000;
    utimesSync(path, seconds, seconds);
    const isEqual = body === found.written;
    const isSameTime = !isTimeNew && (found.state === "written" || found.state === "rotten");
    const state = !found.hasRecord ? "plain" : isSameTime ? (isEqual ? "written" : "rotten") : isEqual ? "copied" : "changed";
    // Damage that keeps size and time keeps the etag too.
    this.#model.set(key, { ...found, body, state, etag: isTimeNew ? undefined : found.etag });
  }

  async #refused(key: string, mode: PutMode, code: string, where: string): Promise<void> {
    await this.#fails(() => this.#store.put(key, "refused", { mode, metadata: { refused: "yes" } }), code, where);
  }

  async #fails(call: () => Promise<unknown>, code: string, where: string): Promise<void> {
    const failure = await call().then(
      () => "done",
      (error: unknown) => (isEdgewaterError(error) ? error.code : String(error)),
    );
    if (failure !== code) this.problems.push(`${where}: ended with ${failure}, expected ${code}`);
  }

  async #check(key: string, where: string): Promise<void> {
    const found = this.#model.get(key);
    if (found === undefined) return this.#fails(() => this.#store.head(key), "NotFound", where);
    const head = await this.#store.head(key);
    const state = found.state === "rotten" ? "written" : found.state;
    const reported = JSON.stringify([head.metadata, head.state, head.size]);
    const expected = JSON.stringify([found.metadata, state, new TextEncoder().encode(found.body).byteLength]);
    if (reported !== expected) this.problems.push(`${where}: head reports ${reported}, expected ${expected}`);
    if (found.etag !== undefined && head.etag !== found.etag && found.state === "written")
      this.problems.push(`${where}: the etag is ${head.etag}`);
    if (found.state === "rotten") return this.#fails(async () => (await this.#store.get(key)).text(), "Integrity", where);
    const object = await this.#store.get(key);
    if ((await object.text()) !== found.body) this.problems.push(`${where}: get returns another body`);
    if (object.meta.etag !== head.etag) this.problems.push(`${where}: get reports the etag ${object.meta.etag}, head ${head.etag}`);
  }

  async #checkList(where: string): Promise<void> {
    const listed = await Array.fromAsync(this.#store.list());
    const names = listed.map(({ key }) => key).sort();
    if (names.join() !== [...this.#model.keys()].sort().join()) this.problems.push(`${where}: lists ${names}`);
    for (const { key, etag } of listed) {
      if ((await this.#store.head(key)).etag !== etag) this.problems.push(`${where}: lists the etag ${etag} for ${key}`);
    }
    await this.#store.put("sweeps", "x");
    await this.#store.delete("sweeps");
    const left = readdirSync(join(this.folder, ".tmp~")).filter((each) => !/-1-/.test(each));
    if (left.length > 0) this.problems.push(`${where}: leaves ${left}`);
  }

  #pathOf(key: string): string {
    return new Layout(this.folder).pathOf(key);
  }

  #body(): string {
    const size = this.#pick([0, 3, 3, 20, 1000, 70_000]);
    return String.fromCharCode(97 + Math.floor(this.#random() * 26)).repeat(size);
  }

  #pick<Item>(items: readonly Item[]): Item {
    return items[Math.floor(this.#random() * items.length)] as Item;
  }
}
