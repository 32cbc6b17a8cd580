/** A process that makes runs until it is killed. It prints what it tells as lines of JSON. */
import { writeSync } from "node:fs";
import { attack, type Told } from "./attack.ts";
import { openPlace, type Place } from "./place.ts";
import { Calls, type Trap } from "./trap.ts";

/** What a child is started with. */
export interface ChildOptions {
  readonly place: Place;
  readonly trap?: Trap | undefined;
  /** Whether the trap stops the process, so that it can continue, in place of killing it. */
  readonly freezes: boolean;
  readonly killedRun?: string | undefined;
  readonly force: boolean;
}

const { place, trap, freezes, killedRun, force } = JSON.parse(process.argv[2] ?? "") as ChildOptions;
const tell = (told: Told): void => void writeSync(1, `${JSON.stringify(told)}\n`);
const spring = async (): Promise<void> => {
  if (freezes) tell({ told: "frozen" });
  // What was called just before is under way.
  await new Promise(setImmediate);
  process.kill(process.pid, freezes ? "SIGSTOP" : "SIGKILL");
};
await attack({ ...(await openPlace(place)), calls: new Calls(trap, spring), killedRun, force, tell });
