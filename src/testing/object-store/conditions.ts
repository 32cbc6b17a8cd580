import { isEdgewaterError } from "../../errors.ts";
import type { ConditionalGet, ConditionalPut, Delete, Head, Named } from "../../object-store/types.ts";
import { different, equal, type ObjectStoreCase, rejects } from "./check.ts";

type Store = Named & ConditionalPut & ConditionalGet & Head & Delete;

/** Options of {@link conditionsCases}. */
export interface ConditionsCasesOptions {
  /** Whether two writes of the same bytes have the same etag, as on S3 and R2. Default: false. */
  readonly etagsNameContent?: boolean;
  /**
   * Whether an overwrite or a delete and a concurrent conditional write take effect one after the other. If false, as on
   * Ceph, a conditional write that is not refused may hide the other write. Default: true.
   */
  readonly overwritesAreOrdered?: boolean;
}

/** The cases for a store with conditional writes and reads. */
export function conditionsCases({
  etagsNameContent = false,
  overwritesAreOrdered = true,
}: ConditionsCasesOptions = {}): readonly ObjectStoreCase<Store>[] {
  /** Checks the object after a conditional write met another write: after the other write the condition does not hold. */
  const checkConcurrent = (
    [conditional]: readonly PromiseSettledResult<unknown>[],
    left: string | undefined,
    other: string | undefined,
  ): void => {
    const error: unknown = conditional?.status === "rejected" ? conditional.reason : undefined;
    if (error !== undefined && !isRefusedOrUnknown(error)) throw error;
    const mayBeHidden = !overwritesAreOrdered && !isEdgewaterError(error, "PreconditionFailed");
    if (!(mayBeHidden && left === "conditional")) equal(left, other, "body");
  };
  return [
    {
      name: "creates an object only if there is none",
      run: async (store) => {
        const { etag } = await store.put("conformance/create", "first", { mode: "create" });
        const error = await rejects(() => store.put("conformance/create", "second", { mode: "create" }), "AlreadyExists");
        equal([error.store, error.key], [store.name, "conformance/create"], "store and key of the error");
        equal(await textOf(store, "conformance/create"), "first", "body");
        equal((await store.head("conformance/create")).etag, etag, "etag");
        await store.delete("conformance/create");
        await store.put("conformance/create", "third", { mode: "create" });
        equal(await textOf(store, "conformance/create"), "third", "body after deleting");
      },
    },
    {
      name: "replaces an object only if it has the etag",
      run: async (store) => {
        const first = etagOf(await store.put("conformance/match", "first"));
        const second = etagOf(await store.put("conformance/match", "second", { mode: { ifMatch: first } }));
        different(first, second, "etags of two writes");
        await rejects(() => store.put("conformance/match", "third", { mode: { ifMatch: first } }), "PreconditionFailed");
        equal(await textOf(store, "conformance/match"), "second", "body");
        await rejects(() => store.put("conformance/match-missing", "x", { mode: { ifMatch: first } }), "PreconditionFailed");
        await rejects(() => store.get("conformance/match-missing"), "NotFound");
        await store.delete("conformance/match");
        await rejects(() => store.put("conformance/match", "x", { mode: { ifMatch: second } }), "PreconditionFailed");
      },
    },
    {
      name: etagsNameContent
        ? "gives different contents different etags, and equal contents equal etags"
        : "gives every write a new etag, also for equal bytes and after a delete",
      run: async (store) => {
        const etags: string[] = [];
        if (etagsNameContent) equal(await store.put("conformance/etags", "0"), await store.put("conformance/etags", "0"), "etags");
        for (let round = 0; round < 50; round++) {
          etags.push(etagOf(await store.put("conformance/etags", etagsNameContent ? String(round) : "same")));
          if (round % 5 === 0) await store.delete("conformance/etags");
        }
        equal(new Set(etags).size, etags.length, "different etags");
      },
    },
    {
      name: "lets exactly one of 20 concurrent creates succeed",
      run: async (store) => {
        const bodies = Array.from({ length: 20 }, (_, index) => `creator ${index}`);
        const outcomes = await Promise.allSettled(bodies.map((body) => store.put("conformance/creators", body, { mode: "create" })));
        const winners = bodies.filter((_, index) => outcomes[index]?.status === "fulfilled");
        equal(winners.length, 1, "winners");
        for (const outcome of outcomes) {
          if (outcome.status === "rejected" && !isEdgewaterError(outcome.reason, "AlreadyExists")) throw outcome.reason;
        }
        equal(await textOf(store, "conformance/creators"), winners[0], "body");
      },
    },
    {
      name: "counts to 50 when 5 workers make 10 conditional increments each",
      run: async (store) => {
        await store.put("conformance/counter", "0");
        const increment = async (tries = 1): Promise<void> => {
          const object = await store.get("conformance/counter");
          const next = String(Number(await object.text()) + 1);
          try {
            await store.put("conformance/counter", next, { mode: { ifMatch: object.meta.etag ?? "" } });
          } catch (error) {
            if (!isEdgewaterError(error, "PreconditionFailed") || tries === 500) throw error;
            await increment(tries + 1);
          }
        };
        const worker = async (): Promise<void> => {
          for (let count = 0; count < 10; count++) await increment();
        };
        await Promise.all(Array.from({ length: 5 }, worker));
        equal(await textOf(store, "conformance/counter"), "50", "counter");
      },
    },
    {
      name: "does not lose an overwrite or a delete that is concurrent with a conditional write",
      run: async (store) => {
        for (let round = 0; round < 20; round++) {
          const etag = etagOf(await store.put("conformance/between", "read"));
          const overwritten = await Promise.allSettled([
            store.put("conformance/between", "conditional", { mode: { ifMatch: etag } }),
            store.put("conformance/between", "overwritten"),
          ]);
          checkConcurrent(overwritten, await textOf(store, "conformance/between"), "overwritten");
          const now = (await store.head("conformance/between")).etag ?? "";
          const deleted = await Promise.allSettled([
            store.put("conformance/between", "conditional", { mode: { ifMatch: now } }),
            store.delete("conformance/between"),
          ]);
          const left = await textOf(store, "conformance/between").catch((error: unknown) => {
            if (!isEdgewaterError(error, "NotFound")) throw error;
            return undefined;
          });
          checkConcurrent(deleted, left, undefined);
        }
      },
    },
    {
      name: "reads an object under a condition on its etag",
      run: async (store) => {
        const old = etagOf(await store.put("conformance/read", "old"));
        const etag = etagOf(await store.put("conformance/read", "new"));
        equal(await (await store.get("conformance/read", { ifMatch: etag })).text(), "new", "body of ifMatch");
        equal(await (await store.get("conformance/read", { ifNoneMatch: old })).text(), "new", "body of ifNoneMatch");
        await rejects(() => store.get("conformance/read", { ifMatch: old }), "PreconditionFailed");
        await rejects(() => store.get("conformance/read", { ifNoneMatch: etag }), "NotModified");
        await rejects(() => store.get("conformance/read-missing", { ifNoneMatch: etag }), "NotFound");
      },
    },
  ];
}

/** Returns whether the write was refused or its outcome is unknown, as after a server error in a race. */
function isRefusedOrUnknown(error: unknown): boolean {
  return isEdgewaterError(error, "PreconditionFailed") || (isEdgewaterError(error, "Unavailable") && error.outcome === "unknown");
}

async function textOf(store: ConditionalGet, key: string): Promise<string> {
  return (await store.get(key)).text();
}

function etagOf({ etag }: { readonly etag: string | undefined }): string {
  if (etag === undefined) throw new Error("The store does not conform: a store with conditions must return etags");
  return etag;
}
