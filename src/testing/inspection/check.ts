import type { Can, ConnectionState, EventBatch, Inspection } from "../../inspector/inspection.ts";
import type { Repository } from "../../repository/repository.ts";
import { type Rejects, rejectsOr } from "../rejects.ts";
import { openInspectionSuite, type SuiteControl } from "./suite.ts";

/** How an implementation of `Inspection` is opened over a repository. */
export interface InspectionStage {
  /** Opens the implementation. The case closes it, and then the repository. */
  readonly open: (repository: Repository) => Inspection | Promise<Inspection>;
  /** Whether it shows what happens after it was opened; true unless given. That of a file does not. */
  readonly isLive?: boolean;
}

/** One obligation of an inspection, and its check. */
export interface InspectionCase {
  /** The obligation, as the name of a test. */
  readonly name: string;
  /** Checks an implementation. What it cannot do, as its `can` says, it must refuse. Rejects when an obligation is not met. */
  readonly run: (stage: InspectionStage) => Promise<void>;
}

/** What a case works with. */
export interface OpenedSuite {
  readonly repository: Repository;
  readonly control: SuiteControl;
  readonly stage: InspectionStage;
  /** Opens the implementation; for one that is not live, after what is to be seen has happened. */
  readonly open: () => Promise<Inspection>;
}

/** A case that works with a repository of its own. */
export function inspectionCase(name: string, check: (suite: OpenedSuite) => Promise<void>): InspectionCase {
  return {
    name,
    run: async (stage) => {
      const { repository, control } = await openInspectionSuite();
      const opened: Inspection[] = [];
      const open = async (): Promise<Inspection> => {
        const inspection = await stage.open(repository);
        opened.push(inspection);
        return inspection;
      };
      try {
        await check({ repository, control, stage, open });
      } finally {
        for (const inspection of opened) await inspection.close();
        await repository.close();
      }
    },
  };
}

/** A case for what only some implementations can do: any other refuses it. */
export function capabilityCase(
  name: string,
  needs: keyof Can,
  attempt: (inspection: Inspection) => Promise<unknown>,
  check: (suite: OpenedSuite, inspection: Inspection) => Promise<void>,
): InspectionCase {
  return inspectionCase(name, async (suite) => {
    await suite.repository.materialize({ selection: ["table"] });
    const inspection = await suite.open();
    const { can } = await inspection.snapshot();
    if (can[needs]) return check(suite, inspection);
    await refuses(() => attempt(inspection), needs);
  });
}

async function refuses(call: () => Promise<unknown>, needs: string): Promise<void> {
  try {
    await call();
  } catch (error) {
    const code = (error as { readonly code?: unknown }).code;
    if (code === "NotSupported" || code === "PermissionDenied") return;
    throw broken(`without can.${needs}, a call must be refused with NotSupported or PermissionDenied`, error);
  }
  throw broken(`without can.${needs}, a call was not refused`);
}

/** Compares by content, whatever the order of names. */
export function same(actual: unknown, expected: unknown, what: string): void {
  const [one, other] = [canonical(actual), canonical(expected)];
  if (one !== other) throw broken(`${what}: expected ${other.slice(0, 1000)}, got ${one.slice(0, 1000)}`);
}

/** Checks that something holds. */
export function holds(condition: unknown, what: string): asserts condition {
  if (!condition) throw broken(what);
}

function canonical(value: unknown): string {
  const sorted = (_: string, each: unknown): unknown =>
    typeof each === "object" && each !== null && !Array.isArray(each)
      ? Object.fromEntries(Object.entries(each).sort(([left], [right]) => (left < right ? -1 : 1)))
      : each;
  return JSON.stringify(value, sorted) ?? "undefined";
}

/** Checks that a call fails with a code, and returns the error. */
export const rejects: Rejects = /* @__PURE__ */ rejectsOr(broken);

/** Waits until a condition holds. */
export async function eventually<Value>(what: string, look: () => Promise<Value | undefined>): Promise<Value> {
  for (const end = Date.now() + 30_000; Date.now() < end; ) {
    const found = await look();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw broken(`in vain waited until ${what}`);
}

/** Listens until a batch or a state says so, and returns everything that was heard. */
export async function hear(
  inspection: Inspection,
  after: number,
  isEnough: (heard: readonly (EventBatch | ConnectionState)[]) => boolean,
): Promise<readonly EventBatch[]> {
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), 30_000);
  const heard: (EventBatch | ConnectionState)[] = [];
  for await (const told of inspection.events(after, abort.signal)) {
    heard.push(told);
    if (isEnough(heard)) abort.abort();
  }
  clearTimeout(timer);
  if (!isEnough(heard)) throw broken("in vain waited for events");
  return heard.filter((told): told is EventBatch => "events" in told);
}

/** The error of a broken obligation. */
export function broken(message: string, cause?: unknown): Error {
  return new Error(`The inspection does not meet an obligation: ${message}`, { cause });
}
