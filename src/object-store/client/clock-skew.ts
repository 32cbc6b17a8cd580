import type { Correction, Failure } from "./error-codes.ts";

/** Difference, in milliseconds, below which a correction changes no server's verdict: they tolerate 15 minutes. */
const negligibleMs = 60_000;

/** The server's clock: this machine's, corrected by what the server's answers show. Signatures carry its time. */
export class ServerClock {
  #aheadMs = 0;

  /** The time on the server, in milliseconds since 1970. */
  now(): number {
    return Date.now() + this.#aheadMs;
  }

  /**
   * Goes by the server's clock from now on.
   *
   * @param serverTime milliseconds since 1970; NaN when the answer does not show it, which undoes earlier corrections
   * @param usedMs the correction that the refused signature was made with: another request may have corrected the clock meanwhile
   * @returns whether the correction differs by more than a minute from that of the refused signature, so that a new one may be
   * accepted
   */
  adjust(serverTime: number, usedMs: number = this.#aheadMs): boolean {
    this.#aheadMs = serverTime - Date.now() || 0;
    return Math.abs(this.#aheadMs - usedMs) > negligibleMs;
  }

  /** The correction for failures that show a wrong clock; every request that was signed by the wrong time benefits from it. */
  correction(isClockWrong: (failure: Failure) => boolean): Correction {
    return () => {
      const usedMs = this.#aheadMs;
      return (failure) => isClockWrong(failure) && this.adjust(failure.serverTime, usedMs);
    };
  }
}
