/** Wrong arguments of executors over engines. */
import { EdgewaterError } from "edgewater";
import { dbos } from "edgewater/dbos";
import { restate } from "edgewater/restate";
import { describe, expect, it } from "vitest";

const context = {
  run: (): never => {
    throw new Error("not called");
  },
  request: () => ({ attemptCompletedSignal: new AbortController().signal }),
};
const all = (promises: readonly PromiseLike<unknown>[]): Promise<readonly unknown[]> => Promise.all(promises);
const steps = {
  runStep: <Value>(work: () => Promise<Value>): Promise<Value> => work(),
  isInWorkflow: () => false,
  stepStatus: undefined,
};

/** The message of the error that a call throws. */
function refusal(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    expect(error).toBeInstanceOf(EdgewaterError);
    expect(error).toMatchObject({ code: "SettingsError" });
    return (error as Error).message;
  }
  throw new Error("The call was not refused");
}

describe("restate()", () => {
  it("takes the context of a handler and RestatePromise.all", () => {
    expect(restate(context, all, { maxRetryAttempts: 3 })).toMatchObject({ name: "restate", reach: "anywhere", keepsRuns: true });
  });

  it("says what to pass in place of a wrong argument", () => {
    expect(refusal(() => restate(undefined as never, all))).toContain("expected the context of a Restate handler");
    expect(refusal(() => restate(context, undefined as never))).toContain("expected RestatePromise.all of @restatedev/restate-sdk");
    expect(refusal(() => restate(context, Promise.all as never))).toContain(
      "Invalid all of restate: Promise.all; expected RestatePromise.all",
    );
    expect(refusal(() => restate(context, all, { maxRetryAttempts: 0 }))).toContain("expected a whole number, 1 or more");
    expect(refusal(() => restate(context, all, { maxAttempts: 3 } as never))).toContain('did you mean "maxRetryAttempts"?');
  });
});

describe("dbos()", () => {
  it("takes the class DBOS", () => {
    expect(dbos(steps, { maxAttempts: 3 })).toMatchObject({ name: "dbos", reach: "anywhere", keepsRuns: true });
  });

  it("says what to pass in place of a wrong argument", () => {
    for (const wrong of [undefined, null, {}, "DBOS", class {}])
      expect(refusal(() => dbos(wrong as never))).toContain("expected the class DBOS of @dbos-inc/dbos-sdk");
    expect(refusal(() => dbos(steps, { maxAttempts: 0 }))).toContain("expected a whole number, 1 or more");
    expect(refusal(() => dbos(steps, { maxAttempt: 3 } as never))).toContain('did you mean "maxAttempts"?');
  });
});
