/**
 * Records that several tabs share: one tab asks the database for new events, and tells the others when there are some. What is told
 * is only that; each tab reads the records itself, after the last event that it knows, so that a lost message or a closed tab loses
 * nothing.
 */
import type { Backend, StorageBackend } from "edgewater";

/** How often the tab that asks does so, in milliseconds. */
const intervalMs = 200;
const pageSize = 1000;

/** The back end with a subscription that tabs share. Without channels or locks each tab asks for itself. */
export function sharedAmongTabs(backend: StorageBackend): StorageBackend {
  return { ...backend, open: async (options) => shared(await backend.open(options), `edgewater/inspect/${backend.name}`) };
}

function shared(backend: Backend, name: string): Backend {
  const channel = typeof BroadcastChannel === "function" ? new BroadcastChannel(name) : undefined;
  const news = new EventTarget();
  const tell = (): void => {
    news.dispatchEvent(new Event("news"));
    channel?.postMessage("news");
  };
  channel?.addEventListener("message", () => news.dispatchEvent(new Event("news")));

  const nextEvents = async (after: number, signal: AbortSignal): Promise<Awaited<ReturnType<Backend["events"]>>> => {
    const waiting = new AbortController();
    const over = AbortSignal.any([signal, waiting.signal]);
    // The first of the tabs that wait asks for all of them; when it ends or is closed, the next one does.
    void asking(name, over, async () => {
      if ((await backend.events({ after, limit: 1 })).length > 0) tell();
    });
    try {
      for (;;) {
        // Heard from before the look on, so that nothing comes between the look and the wait.
        const heard = nextNews(news, signal);
        const page = await backend.events({ after, limit: pageSize });
        if (page.length > 0 || signal.aborted) return page;
        await heard;
      }
    } finally {
      waiting.abort();
    }
  };
  const own: Partial<Backend> = {
    nextEvents,
    commit: async (batch) => {
      const events = await backend.commit(batch);
      if (events.length > 0) tell();
      return events;
    },
    close: async () => {
      channel?.close();
      await backend.close();
    },
  };
  return new Proxy(backend, {
    get: (target, property) => {
      const value: unknown = Reflect.get(own, property) ?? Reflect.get(target, property);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

/** Resolves at the next news, and after an abort. */
function nextNews(news: EventTarget, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      news.removeEventListener("news", end);
      signal.removeEventListener("abort", end);
      resolve();
    };
    news.addEventListener("news", end);
    signal.addEventListener("abort", end);
    if (signal.aborted) end();
  });
}

/** Calls `ask` again and again, until the signal is aborted, while this tab is the one that asks. */
async function asking(name: string, signal: AbortSignal, ask: () => Promise<void>): Promise<void> {
  const loop = async (): Promise<void> => {
    while (!signal.aborted) {
      // What cannot be asked now is asked again; the reader of the events tells the error.
      await ask().catch(() => {});
      await pause(signal);
    }
  };
  const { locks } = navigator;
  // A request that is aborted while it waits rejects.
  await (locks === undefined ? loop() : locks.request(name, { signal }, loop)).catch(() => {});
}

/** Waits for the next time to ask, or an abort. */
function pause(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, intervalMs);
    signal.addEventListener("abort", end);
  });
}
