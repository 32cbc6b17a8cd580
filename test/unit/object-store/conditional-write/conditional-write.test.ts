/** Writes whose answers are lost, with every attempt and every read scripted. */
import { EdgewaterError } from "edgewater";
import { describe, expect, it } from "vitest";
import { type Attempt, type ObjectState, writeExactlyOnce } from "../../../../src/object-store/conditional-write/conditional-write.ts";
import { extendLineage, formatLineage, newLineage, parseLineage } from "../../../../src/object-store/conditional-write/lineage.ts";
import { LineageCache } from "../../../../src/object-store/conditional-write/lineage-cache.ts";
import type { PutMode } from "../../../../src/object-store/types.ts";
import type { RetryPolicy } from "../../../../src/retry.ts";

const key = "k";
const unavailable = new EdgewaterError("Unavailable", "no answer");
const unclear: Attempt = { outcome: "unclear", error: unavailable, mayFollow: false };
const pending: Attempt = { outcome: "unclear", error: unavailable, mayFollow: true };
const refused: Attempt = { outcome: "refused" };
const busy: Attempt = { outcome: "busy", error: unavailable };
const written: Attempt = { outcome: "written", etag: '"new"' };

type Read = ObjectState | undefined | "fails" | "forbidden";

interface Script {
  readonly attempts: readonly (Attempt | Error)[];
  readonly reads: readonly Read[];
  readonly signal?: AbortSignal;
  readonly retry?: RetryPolicy;
}

/** Plays the server's answers one after the other, and then repeats the last one. `MINE` in a lineage is the token of the write. */
async function play(mode: PutMode, { attempts, reads, signal, retry }: Script) {
  let own = "";
  const count = { attempts: 0, reads: 0 };
  const next = <Value>(list: readonly Value[], index: number): Value => (index < list.length ? list[index] : list.at(-1)) as Value;
  const lineages = new LineageCache();
  // The object to replace is known, and has no lineage.
  if (typeof mode === "object") lineages.remember(key, mode.ifMatch, null);
  const result = await writeExactlyOnce({
    call: { store: "S", verb: "write", key, signal },
    mode,
    metadataCount: 0,
    lineages,
    retry: { maxRetries: 3, delayMs: 0, ...retry },
    attempt: async (lineage) => {
      own = lineage;
      const attempt = next(attempts, count.attempts++);
      if (attempt instanceof Error) throw attempt;
      return attempt;
    },
    readState: async () => {
      const state = next(reads, count.reads++);
      if (state === "fails") throw unavailable;
      if (state === "forbidden") throw new EdgewaterError("PermissionDenied", "no");
      const token = parseLineage(key, own)?.token ?? "";
      return state && { ...state, lineage: state.lineage?.replaceAll("MINE", token) ?? null };
    },
  }).catch((error: EdgewaterError) => ({ code: error.code, outcome: error.outcome }));
  return { result, ...count, cached: lineages.recall(key, '"new"') };
}

const mine: ObjectState = { etag: '"new"', lineage: formatLineage(key, newLineage("MINE", true)) };
const mineReplaced: ObjectState = {
  etag: '"newer"',
  lineage: formatLineage(key, extendLineage("other", '"new"', newLineage("MINE", true))),
};
const othersCreation: ObjectState = { etag: '"theirs"', lineage: formatLineage(key, newLineage("other", true)) };
const withoutLineage: ObjectState = { etag: '"theirs"', lineage: null };
const unchanged: ObjectState = { etag: '"old"', lineage: null };
const othersReplacement: ObjectState = { etag: '"theirs"', lineage: formatLineage(key, extendLineage("other", '"old"')) };
const ifMatch = { ifMatch: '"old"' };

const exists = { code: "AlreadyExists", outcome: undefined };
const failed = { code: "PreconditionFailed", outcome: undefined };
const unknown = { code: "Unavailable", outcome: "unknown" };
const gaveUp = { code: "Unavailable", outcome: undefined };
const denied = new EdgewaterError("PermissionDenied", "no");

const plays: readonly [string, PutMode, readonly (Attempt | Error)[], readonly Read[], object, number][] = [
  ["succeeds at the first attempt", "create", [written], [], { etag: '"new"' }, 1],
  ["retries when the server is busy", "create", [busy, busy, written], [], { etag: '"new"' }, 3],
  ["recognises its own object after a lost answer", "create", [unclear], [mine], { etag: '"new"' }, 1],
  ["recognises its own object after a refusal", "create", [refused], [mine], { etag: '"new"' }, 1],
  ["returns the etag that its object had before it was replaced", "create", [pending], [mineReplaced], { etag: '"new"' }, 1],
  ["retries when there is no object", "create", [unclear, written], [undefined], { etag: '"new"' }, 2],
  ["is refused when there is another object", "create", [refused], [withoutLineage], exists, 1],
  ["is refused also when the object has since been deleted", "create", [refused], [undefined], exists, 1],
  ["is refused also without permission to read", "create", [refused], ["forbidden"], exists, 1],
  ["is unknown after a refusal that may answer a second delivery", "create", [refused], ["fails"], unknown, 4],
  ["is unknown without permission to read", "create", [unclear], ["forbidden"], unknown, 1],
  ["is refused when the lineage shows another creation", "create", [unclear], [othersCreation], exists, 1],
  ["is refused when the object is older than the write", "create", [pending], [{ ...withoutLineage, ageMs: 60_000 }], exists, 1],
  ["is unknown when the object has no lineage", "create", [unclear], [withoutLineage], unknown, 1],
  ["is unknown when the object may be younger than the write", "create", [unclear], [{ ...withoutLineage, ageMs: 1000 }], unknown, 1],
  ["is unknown when the object was deleted after a lost answer", "create", [pending, refused], [undefined], unknown, 2],
  ["retries while the object cannot be read", "create", [unclear, refused], ["fails", mine], { etag: '"new"' }, 2],
  ["is unknown when the object can never be read", "create", [unclear], ["fails"], unknown, 4],
  ["is unknown when a request may still arrive", "create", [pending], [undefined], unknown, 4],
  ["fails when no request can still arrive", "create", [unclear], [undefined], gaveUp, 4],
  ["fails when the server stays busy", "create", [busy], [], gaveUp, 4],
  ["is unknown when an early request may still arrive", "create", [pending, busy], [undefined], unknown, 4],
  [
    "is refused after an earlier attempt was seen not to have happened",
    "create",
    [unclear, busy, refused],
    [undefined, withoutLineage],
    exists,
    3,
  ],
  ["replaces", ifMatch, [written], [], { etag: '"new"' }, 1],
  ["retries while the old object is unchanged", ifMatch, [unclear, written], [unchanged], { etag: '"new"' }, 2],
  ["fails when another write has replaced the old object", ifMatch, [unclear], [othersReplacement], failed, 1],
  ["is unknown when the lineage does not go back to the old object", ifMatch, [unclear], [withoutLineage], unknown, 1],
  ["is unknown when the object was deleted", ifMatch, [unclear], [undefined], unknown, 1],
  ["is refused when the object was deleted before", ifMatch, [refused], [undefined], failed, 1],
  ["fails when the server keeps refusing a condition that holds", ifMatch, [refused], [unchanged], gaveUp, 4],
  ["ends at once with an error of another kind", "create", [denied], [], { code: "PermissionDenied" }, 1],
  ["is unknown when an error of another kind follows a lost answer", "create", [pending, denied], [undefined], unknown, 2],
  ["succeeds although an error of another kind follows", "create", [pending, denied], [undefined, mine], { etag: '"new"' }, 2],
  ["recognises its own overwrite", "overwrite", [unclear], [mine], { etag: '"new"' }, 1],
];

describe("a write that happens exactly once", () => {
  it.each(plays)("%s (%j)", async (_, mode, attempts, reads, expected, count) => {
    const played = await play(mode, { attempts, reads });
    expect(played.result).toMatchObject(expected);
    expect(played.attempts).toBe(count);
    const isSuccess = !("code" in played.result);
    expect(parseLineage(key, played.cached ?? null) !== undefined).toBe(isSuccess);
  });

  it("reads an unknown object first, and does not write when it is not the expected one", async () => {
    const write = async (state: ObjectState | undefined): Promise<unknown> =>
      writeExactlyOnce({
        call: { store: "S", verb: "write", key, signal: undefined },
        mode: ifMatch,
        metadataCount: 0,
        lineages: new LineageCache(),
        attempt: () => Promise.reject(new Error("written")),
        readState: async () => state,
      });
    await expect(write(withoutLineage)).rejects.toMatchObject({ code: "PreconditionFailed" });
    await expect(write(undefined)).rejects.toMatchObject({ code: "PreconditionFailed" });
    await expect(write(unchanged)).rejects.toThrow("written");
  });

  it.each([
    ["an attempt without an answer", "create", [unclear, written], [undefined]],
    ["a refusal of a condition that holds", ifMatch, [refused, written], [unchanged]],
    ["a refusal with an object that cannot be read", "create", [refused, written], ["fails"]],
  ] as const)("gives the retry policy an error after %s", async (_, mode, attempts, reads) => {
    const errors: unknown[] = [];
    const retryOn = (error: unknown): boolean => errors.push(error) > 0;
    await play(mode, { attempts, reads, retry: { retryOn } });
    expect(errors).toEqual([expect.objectContaining({ name: "EdgewaterError", code: "Unavailable" })]);
  });

  it("reports of an aborted write whether it may have happened", async () => {
    const aborted = new EdgewaterError("Aborted", "aborted");
    const signal = AbortSignal.abort("enough");
    expect((await play("create", { attempts: [written], reads: [], signal })).result).toEqual({ code: "Aborted", outcome: undefined });
    const controller = new AbortController();
    const played = play("create", { attempts: [aborted], reads: [undefined], signal: controller.signal });
    controller.abort("enough");
    expect((await played).result).toMatchObject({ code: "Aborted" });
    const late = new AbortController();
    const during = play("create", { attempts: [pending], reads: ["fails"], signal: late.signal });
    await Promise.resolve();
    late.abort();
    expect((await during).result).toMatchObject({ code: "Aborted", outcome: "unknown" });
  });
});
