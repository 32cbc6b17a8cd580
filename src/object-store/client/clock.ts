/** Difference, in milliseconds, below which a correction changes no server's verdict: they tolerate 15 minutes. */
const negligibleMs = 60_000;

/** The server's clock: this machine's, corrected by what the server's answers show. Signatures carry its time. */
export class ServerClock {
  /** Milliseconds by which the server's clock is ahead of this machine's. */
  #aheadMs = 0;

  /** The time on the server, in milliseconds since 1970. */
  now(): number {
    return Date.now() + this.#aheadMs;
  }

  /**
   * Goes by the server's clock from now on.
   *
   * @param serverTime milliseconds since 1970; NaN when the answer does not show it, which undoes earlier corrections
   * @returns whether the correction changed by more than a minute, so that a new signature may be accepted
   */
  adjust(serverTime: number): boolean {
    const before = this.#aheadMs;
    this.#aheadMs = serverTime - Date.now() || 0;
    return Math.abs(this.#aheadMs - before) > negligibleMs;
  }
}
