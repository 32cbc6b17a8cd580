/**
 * The document that holds the worker of an edited function. It has no origin, so neither has the worker: no storage, no caches, no
 * channel to the page's own code. Its policy, which the worker inherits, allows one script, workers from blobs, and no network.
 */

/** The script of the frame, as text, because the policy of the page names its hash. */
export const frameScript = `addEventListener("message", ({ data, ports: [page, line] }) => {
  const worker = new Worker(URL.createObjectURL(new Blob([data], { type: "text/javascript" })));
  worker.addEventListener("error", (event) => {
    event.preventDefault();
    page.postMessage({ message: event.message ?? "", line: event.lineno ?? 0, column: event.colno ?? 0 });
  });
  worker.postMessage(undefined, [line]);
}, { once: true });`;

/** The document, with the hash of its script. */
export function frameDocument(hash: string): string {
  const policy = `default-src 'none'; script-src '${hash}'; worker-src blob:`;
  return `<!doctype html><meta http-equiv="Content-Security-Policy" content="${policy}"><script>${frameScript}</script>`;
}
