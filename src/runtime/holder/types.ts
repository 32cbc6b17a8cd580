/**
 * Who holds a claim: names this process, tab or isolate, so that others on the same machine can see that it has ended. There is
 * one file per kind of runtime, chosen by the import condition of `#holder`.
 *
 * @module
 */

/** This process, tab or isolate as the holder of claims. */
export interface Holder {
  /** The name to keep with a claim. */
  readonly name: string;
  /**
   * Whether names say on which machine their holders are. Otherwise {@link hasEnded} is only for claims that were made on this
   * machine.
   */
  readonly namesMachine: boolean;
  /** Whether a request must not settle what another one waits for, as in Workers: then what has waited never goes on. */
  readonly separatesRequests: boolean;
  /** Whether the holder with this name has certainly ended. False when it is alive, and when this runtime cannot tell. */
  readonly hasEnded: (name: string) => Promise<boolean>;
}
