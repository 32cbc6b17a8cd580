import { currentHolder } from "#holder";
import type { Lease, RunRecord, Storage } from "../storage/types.ts";

/** Who holds a lease in this isolate: the owner of a run, or a worker that makes one of its steps. */
interface LeaseHolder {
  readonly run: Pick<RunRecord, "runId">;
  /** Whether it is a run or a step of an engine or a queue, which another request may have begun. */
  readonly isSent: boolean;
  /** Aborts what it makes. */
  lose(reason: string): void;
}

/** The holders of leases in this isolate, by their tokens. */
export const living: Map<string, LeaseHolder> = new Map();

/**
 * Cancels a run, and stops at once its owner and its workers in this isolate. A process that takes the run over while it is canceled finds
 * out with its next commit; one that resumes it afterwards, and before the answer arrives, goes on. So do in a Worker the runs of
 * engines and the steps that were sent, because another request makes them.
 *
 * @throws `NotFound` for an unknown run, `PreconditionFailed` for a run that has ended
 */
export async function cancelRun(runId: string, storage: Storage): Promise<void> {
  const holders = [...living.values()].filter(({ run }) => run.runId === runId);
  await storage.setRunOutcome(runId, "Canceled");
  const { separatesRequests } = await currentHolder();
  for (const holder of holders) if (!(separatesRequests && holder.isSent)) holder.lose("it was canceled");
}

/**
 * Whether the holder of a lease has certainly ended: its token is not among those of this isolate, or its process or tab is gone.
 * Of a Storage that other machines reach too, only a holder whose name says that it is on this machine can be told so.
 */
export async function hasHolderEnded({ reach }: Storage, { owner, holder }: Lease): Promise<boolean> {
  if (reach === "process") return !living.has(owner);
  if (holder === undefined) return false;
  const current = await currentHolder();
  if (holder === current.name) return !living.has(owner);
  return (reach === "machine" || current.namesMachine) && current.hasEnded(holder);
}
