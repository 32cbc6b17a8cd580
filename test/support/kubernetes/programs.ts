/** The programs of pods and of orchestrators. */
import { bundle } from "../bundle.ts";

/** Bundled programs. */
export interface Programs extends AsyncDisposable {
  /** The file of the program of a pod. */
  readonly pod: string;
  /** The file of the program of an orchestrator. */
  readonly orchestrator: string;
}

/** Bundles the programs. */
export async function bundlePrograms(): Promise<Programs> {
  const bundled = await bundle(import.meta.dirname, ["child", "orchestrator"]);
  return {
    pod: bundled.fileOf("child"),
    orchestrator: bundled.fileOf("orchestrator"),
    [Symbol.asyncDispose]: () => bundled[Symbol.asyncDispose](),
  };
}
