import { EdgewaterError, isEdgewaterError, thrownText } from "../../errors.ts";
import { aFunction, checkValue, required, withMethods } from "../../options.ts";
import type { Repository } from "../../repository/repository.ts";
import type { StepRequest } from "../../run/protocol.ts";
import { runtimeEnvironment } from "../../runtime/environment.ts";
import { currentProgram } from "../../runtime/program.ts";
import { stepVariable } from "./options.ts";

/** The exit codes of a container: those of `sysexits.h`, and that of a program that `SIGTERM` has ended. */
export const exitCodes = { ended: 0, failed: 1, lost: 70, busy: 75, terminated: 143 } as const;

/**
 * Makes the step of this container's Job with the repository that `open` opens, and ends the process. The last line of the program
 * that the image runs; the repository has the same assets, and the same Storage and stores.
 *
 * | exit code | |
 * |-|-|
 * | 0 | the step has ended, also with a failure: its outcome is recorded |
 * | 75 | another worker makes the step |
 * | 70 | the run was canceled, has ended or was taken over |
 * | 1 | the step could not be made or recorded; the reason is in the log |
 * | 143 | the pod was told to end |
 *
 * @throws `SettingsError` when `open` is no function, `NotSupported` where a program cannot end its process
 *
 * @example
 * ```ts
 * import { Repository } from "edgewater";
 * import { serveStep } from "edgewater/kubernetes";
 *
 * await serveStep(() => Repository.open({ assets, ioHandler, storage: Storage.connect(postgres(url)) }));
 * ```
 */
export async function serveStep(open: () => Promise<Repository>): Promise<never> {
  checkValue("serveStep", "open", open, required(aFunction));
  const program = currentProgram();
  if (program === undefined)
    throw new EdgewaterError("NotSupported", "Cannot serve a step here: call serveStep in a program of Node, Deno or Bun");
  const { exit, onTerminate, complain } = program;
  // The step is not aborted, which would record its failure: it is made by the next Job. As the first process of a container Node
  // would not end at all.
  onTerminate(() => exit(exitCodes.terminated));
  try {
    const request = requestIn(runtimeEnvironment(stepVariable));
    const repository = checked(await open());
    const { status } = await repository.runStep(request);
    await repository.close();
    return exit(status === "ended" ? exitCodes.ended : exitCodes.busy);
  } catch (error) {
    complain(error instanceof Error && error.stack !== undefined ? error.stack : thrownText(error));
    return exit(isEdgewaterError(error, "TakenOver") ? exitCodes.lost : exitCodes.failed);
  }
}

/** The request in the variable of the container. */
function requestIn(text: unknown): StepRequest {
  if (typeof text !== "string")
    throw new EdgewaterError(
      "SettingsError",
      `Missing ${stepVariable} of serveStep: kubernetes() sets it in its Jobs; let it start this program`,
      { field: stepVariable },
    );
  try {
    return JSON.parse(text) as StepRequest;
  } catch (cause) {
    throw new EdgewaterError("SettingsError", `Invalid ${stepVariable} of serveStep; expected the JSON of a step request`, {
      field: stepVariable,
      cause,
    });
  }
}

function checked(repository: Repository): Repository {
  checkValue("serveStep", "result of open", repository, required(withMethods("a Repository, as Repository.open opens it", "runStep")));
  return repository;
}
