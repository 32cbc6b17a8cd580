/** Where a handler or an asset writes what it has to say. Silent unless the repository is given one. */
export interface Log {
  readonly debug: (message: string, ...details: readonly unknown[]) => void;
  readonly info: (message: string, ...details: readonly unknown[]) => void;
  readonly warn: (message: string, ...details: readonly unknown[]) => void;
  readonly error: (message: string, ...details: readonly unknown[]) => void;
}

const nothing = (): void => {};

export const silentLog: Log = Object.freeze({ debug: nothing, info: nothing, warn: nothing, error: nothing });
