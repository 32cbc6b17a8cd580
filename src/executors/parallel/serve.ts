import { workerPort } from "#worker-port";
import { EdgewaterError } from "../../errors.ts";
import { aFunction, checkValue, required, withMethods } from "../../options.ts";
import type { Repository } from "../../repository/repository.ts";
import { failureRecord } from "../../run/failure-record.ts";
import { thrownFrom } from "../../run/thrown-from.ts";
import { type FromWorker, isMessage, type ToWorker } from "./messages.ts";

/**
 * Makes the steps that `parallel` sends to this worker, with the repository that `open` opens. The last line of a worker's file; the
 * repository has the same assets, and the same Storage and stores opened here once more.
 *
 * @throws `NotSupported` outside of a worker, and what `open` rejects with: the run that needs the worker fails with it too
 *
 * @example
 * ```ts
 * import { Repository } from "edgewater";
 * import { serveSteps } from "edgewater/parallel";
 *
 * await serveSteps(() => Repository.open({ assets, ioHandler, storage: Storage.embedded(".edgewater/records") }));
 * ```
 */
export async function serveSteps(open: () => Promise<Repository>): Promise<void> {
  checkValue("serveSteps", "open", open, required(aFunction));
  const port = workerPort();
  if (port === undefined)
    throw new EdgewaterError(
      "NotSupported",
      "Cannot serve steps here: this is no worker; call serveSteps in the file that parallel starts",
    );
  const post = (message: FromWorker): void => port.post(message);
  const steps = new Map<number, AbortController>();
  const opening = (async () => checked(await open()))();
  const receive = async (message: ToWorker): Promise<void> => {
    const { id } = message;
    if (message.edgewater === "abort") return steps.get(id)?.abort(thrownFrom(message.reason));
    if (message.edgewater !== "step") return;
    const controller = new AbortController();
    steps.set(id, controller);
    try {
      const repository = await opening;
      post({ edgewater: "ended", id, outcome: await repository.runStep(message.request, { signal: controller.signal }) });
    } catch (error) {
      post({ edgewater: "failed", id, error: failureRecord(error) });
    } finally {
      steps.delete(id);
    }
  };
  // Before anything is awaited: browsers, Deno and Bun lose messages that come before.
  port.listen((message) => {
    if (isMessage<ToWorker>(message)) receive(message);
  });
  try {
    await opening;
    post({ edgewater: "ready" });
  } catch (error) {
    post({ edgewater: "refused", error: failureRecord(error) });
  }
}

function checked(repository: Repository): Repository {
  checkValue("serveSteps", "result of open", repository, required(withMethods("a Repository, as Repository.open opens it", "runStep")));
  return repository;
}
