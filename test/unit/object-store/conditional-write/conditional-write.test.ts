/** What becomes of writes whose answers are lost, with every attempt and every look scripted. */
import { EdgewaterError } from "edgewater";
import { describe, expect, it } from "vitest";
import { type Attempt, type Seen, writeOnce } from "../../../../src/object-store/conditional-write/conditional-write.ts";
import { begun, readHistory, replacing, writeHistory } from "../../../../src/object-store/conditional-write/lineage.ts";
import { Histories } from "../../../../src/object-store/conditional-write/lineage-cache.ts";
import type { PutMode } from "../../../../src/object-store/types.ts";

const key = "k";
const unavailable = new EdgewaterError("Unavailable", "no answer");
const unclear: Attempt = { outcome: "unclear", error: unavailable, mayFollow: false };
const open: Attempt = { outcome: "unclear", error: unavailable, mayFollow: true };
const refused: Attempt = { outcome: "refused" };
const busy: Attempt = { outcome: "busy", error: unavailable };
const written: Attempt = { outcome: "written", etag: '"new"' };

type Look = Seen | undefined | "fails" | "forbidden";

/** Plays what the server says, one answer after the other, the last one for ever. `MINE` in an answer is the nonce of the write. */
async function play(mode: PutMode, attempts: readonly (Attempt | Error)[], looks: readonly Look[], signal?: AbortSignal) {
  let nonces = "";
  const tried = { attempts: 0, looks: 0 };
  const next = <Value>(list: readonly Value[], index: number): Value => (index < list.length ? list[index] : list.at(-1)) as Value;
  const histories = new Histories();
  // What is expected is known, without a nonce.
  if (typeof mode === "object") histories.remember(key, mode.ifMatch, null);
  const result = await writeOnce({
    call: { store: "S", verb: "write", key, signal },
    mode,
    entries: 0,
    histories,
    retry: { maxRetries: 3, delayMs: 0 },
    attempt: async (value) => {
      nonces = value;
      const attempt = next(attempts, tried.attempts++);
      if (attempt instanceof Error) throw attempt;
      return attempt;
    },
    look: async () => {
      const look = next(looks, tried.looks++);
      if (look === "fails") throw unavailable;
      if (look === "forbidden") throw new EdgewaterError("PermissionDenied", "no");
      const mine = readHistory(key, nonces)?.nonce ?? "";
      return look && { ...look, nonces: look.nonces?.replaceAll("MINE", mine) ?? null };
    },
  }).catch((error: EdgewaterError) => ({ code: error.code, outcome: error.outcome }));
  return { result, ...tried, remembered: histories.recall(key, '"new"') };
}

const mine: Seen = { etag: '"new"', nonces: writeHistory(key, begun("MINE", true)) };
const replaced: Seen = { etag: '"newer"', nonces: writeHistory(key, replacing("other", '"new"', begun("MINE", true))) };
const created: Seen = { etag: '"theirs"', nonces: writeHistory(key, begun("other", true)) };
const silent: Seen = { etag: '"theirs"', nonces: null };
const before: Seen = { etag: '"old"', nonces: null };
const instead: Seen = { etag: '"theirs"', nonces: writeHistory(key, replacing("other", '"old"')) };
const ifMatch = { ifMatch: '"old"' };

const exists = { code: "AlreadyExists", outcome: undefined };
const failed = { code: "PreconditionFailed", outcome: undefined };
const unknown = { code: "Unavailable", outcome: "unknown" };
const gaveUp = { code: "Unavailable", outcome: undefined };

const plays: readonly [string, PutMode, readonly (Attempt | Error)[], readonly Look[], object, number][] = [
  ["succeeds at once", "create", [written], [], { etag: '"new"' }, 1],
  ["comes back when the server is busy", "create", [busy, busy, written], [], { etag: '"new"' }, 3],
  ["finds its own object after a lost answer", "create", [unclear], [mine], { etag: '"new"' }, 1],
  ["finds its own object after a refusal", "create", [refused], [mine], { etag: '"new"' }, 1],
  ["finds that its object was replaced, and tells the etag that it had", "create", [open], [replaced], { etag: '"new"' }, 1],
  ["tries again when nothing is there", "create", [unclear, written], [undefined], { etag: '"new"' }, 2],
  ["takes a refusal for what it is", "create", [refused], [silent], exists, 1],
  ["takes a refusal for what it is, although the object is gone since", "create", [refused], [undefined], exists, 1],
  ["takes a refusal for what it is, when it may not look", "create", [refused], ["forbidden"], exists, 1],
  ["cannot tell from a refusal alone, which may be that of a second delivery", "create", [refused], ["fails"], unknown, 4],
  ["cannot tell when it may not look", "create", [unclear], ["forbidden"], unknown, 1],
  ["sees by its history that another created the object", "create", [unclear], [created], exists, 1],
  ["sees by its age that the object was there before", "create", [open], [{ ...silent, age: 60_000 }], exists, 1],
  ["cannot tell when the object has no history", "create", [unclear], [silent], unknown, 1],
  ["cannot tell when the object is too young to tell by its age", "create", [unclear], [{ ...silent, age: 1000 }], unknown, 1],
  ["cannot tell when the object went after a lost answer", "create", [open, refused], [undefined], unknown, 2],
  ["tries again when it cannot look, and then sees", "create", [unclear, refused], ["fails", mine], { etag: '"new"' }, 2],
  ["cannot tell when it can never look", "create", [unclear], ["fails"], unknown, 4],
  ["cannot tell when a request may still be on its way", "create", [open], [undefined], unknown, 4],
  ["gives up when nothing can be on its way", "create", [unclear], [undefined], gaveUp, 4],
  ["gives up when the server stays busy", "create", [busy], [], gaveUp, 4],
  ["does not trust that an early request stayed away", "create", [open, busy], [undefined], unknown, 4],
  ["trusts a look at what was settled", "create", [unclear, busy, refused], [undefined, silent], exists, 3],
  ["replaces", ifMatch, [written], [], { etag: '"new"' }, 1],
  ["tries again while the old object is there", ifMatch, [unclear, written], [before], { etag: '"new"' }, 2],
  ["sees that another replaced the old object", ifMatch, [unclear], [instead], failed, 1],
  ["cannot tell when the history begins later", ifMatch, [unclear], [silent], unknown, 1],
  ["cannot tell when the object is gone", ifMatch, [unclear], [undefined], unknown, 1],
  ["is refused when the object is gone", ifMatch, [refused], [undefined], failed, 1],
  ["says so when a condition that holds is refused for ever", ifMatch, [refused], [before], gaveUp, 4],
  [
    "ends at once with an error of another kind",
    "create",
    [new EdgewaterError("PermissionDenied", "no")],
    [],
    { code: "PermissionDenied" },
    1,
  ],
  [
    "cannot tell when an error of another kind follows",
    "create",
    [open, new EdgewaterError("PermissionDenied", "no")],
    [undefined],
    unknown,
    2,
  ],
  [
    "has succeeded although an error of another kind follows",
    "create",
    [open, new EdgewaterError("PermissionDenied", "no")],
    [undefined, mine],
    { etag: '"new"' },
    2,
  ],
  ["finds its own overwriting", "overwrite", [unclear], [mine], { etag: '"new"' }, 1],
];

describe("A write that happens once", () => {
  it.each(plays)("%s (%j)", async (_, mode, attempts, looks, expected, count) => {
    const played = await play(mode, attempts, looks);
    expect(played.result).toMatchObject(expected);
    expect(played.attempts).toBe(count);
    const isSuccess = !("code" in played.result);
    expect(readHistory(key, played.remembered ?? null) !== undefined).toBe(isSuccess);
  });

  it("looks first at what it does not know, and is spared the write when that is another", async () => {
    const histories = new Histories();
    const write = async (seen: Seen | undefined): Promise<unknown> =>
      writeOnce({
        call: { store: "S", verb: "write", key, signal: undefined },
        mode: ifMatch,
        entries: 0,
        histories,
        attempt: () => Promise.reject(new Error("written")),
        look: async () => seen,
      });
    await expect(write(silent)).rejects.toMatchObject({ code: "PreconditionFailed" });
    await expect(write(undefined)).rejects.toMatchObject({ code: "PreconditionFailed" });
    await expect(write(before)).rejects.toThrow("written");
  });

  it("says of an aborted write whether it may have happened", async () => {
    const aborted = new EdgewaterError("Aborted", "aborted");
    const signal = AbortSignal.abort("enough");
    expect((await play("create", [written], [], signal)).result).toEqual({ code: "Aborted", outcome: undefined });
    const controller = new AbortController();
    const played = play("create", [aborted], [undefined], controller.signal);
    controller.abort("enough");
    expect((await played).result).toMatchObject({ code: "Aborted" });
    const late = new AbortController();
    const during = play("create", [open], ["fails"], late.signal);
    await Promise.resolve();
    late.abort();
    expect((await during).result).toMatchObject({ code: "Aborted", outcome: "unknown" });
  });
});
