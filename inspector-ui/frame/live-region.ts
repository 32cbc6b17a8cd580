import { type ReadonlySignal, signal } from "@preact/signals";

/** What is said to those who do not see the page. */
export interface LiveRegion {
  readonly polite: ReadonlySignal<string>;
  readonly assertive: ReadonlySignal<string>;
  /** Says it with what else there is to say, at most one sentence in five seconds. */
  readonly say: (text: string) => void;
  /** Says at once that something failed; the same only once. */
  readonly warn: (text: string) => void;
  readonly close: () => void;
}

const pauseMs = 5_000;
const maximumWaiting = 3;
const maximumWarned = 200;

export function openLiveRegion(): LiveRegion {
  const polite = signal("");
  const assertive = signal("");
  const warned = new Set<string>();
  let waiting: string[] = [];
  let dropped = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const flush = (): void => {
    timer = undefined;
    if (waiting.length === 0) return;
    polite.value = dropped > 0 ? `${waiting.join("; ")}; and ${dropped} more` : waiting.join("; ");
    waiting = [];
    dropped = 0;
    timer = setTimeout(flush, pauseMs);
  };

  return {
    polite,
    assertive,
    say: (text) => {
      if (waiting.includes(text)) return;
      if (waiting.length < maximumWaiting) waiting.push(text);
      else dropped += 1;
      if (timer === undefined) flush();
    },
    warn: (text) => {
      if (warned.has(text)) return;
      if (warned.size >= maximumWarned) warned.clear();
      warned.add(text);
      assertive.value = text;
    },
    close: () => clearTimeout(timer),
  };
}
