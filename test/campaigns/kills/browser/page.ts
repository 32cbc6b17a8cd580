import { judge } from "../judge.ts";
import { type CompetitorOptions, compete, type Kind, openIn } from "./competitor.ts";

declare global {
  interface Window {
    compete: (options: CompetitorOptions) => Promise<never>;
    startWorker: (options: CompetitorOptions) => void;
    endWorker: () => void;
    judge: (name: string, kind: Kind, acknowledged: readonly number[]) => Promise<readonly string[]>;
  }
}

let worker: Worker | undefined;

window.compete = compete;
window.startWorker = (options) => {
  worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
  worker.postMessage(options);
};
window.endWorker = () => worker?.terminate();
window.judge = async (name, kind, acknowledged) => {
  const { store, storage } = await openIn(name, kind);
  try {
    return await judge({ store, storage, acknowledged: new Set(acknowledged) });
  } finally {
    await storage.close();
  }
};
