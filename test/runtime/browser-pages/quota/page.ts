import { fill, type Kind, type Outcome } from "./scenario.ts";

declare global {
  interface Window {
    fill(kind: Kind): Promise<Outcome>;
  }
}

window.fill = (kind) => (kind.endsWith("worker") ? inWorker(kind) : fill(kind));

function inWorker(kind: Kind): Promise<Outcome> {
  const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
  return new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => ("error" in data ? reject(new Error(data.error)) : resolve(data));
    worker.onerror = ({ message }) => reject(new Error(message));
    worker.postMessage(kind);
  });
}
