/** The leg of a browser tab, with records in IndexedDB. */
import { Storage } from "edgewater";
import { type Leg, type LegReport, runLeg } from "../leg.ts";

declare global {
  interface Window {
    /** Runs a leg. */
    run: (leg: Leg) => Promise<LegReport>;
  }
}

window.run = (leg) => runLeg(leg, () => Storage.embedded(`relay-${crypto.randomUUID()}`));
