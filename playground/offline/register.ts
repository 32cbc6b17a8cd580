/** The page's side of the service worker. */

export interface Offline {
  /** Called when a new version of the page has been taken and waits; `activate` makes every tab load it. */
  readonly onUpdate: (activate: () => void) => void;
}

/** Lets the page work without a network from now on. Where there are no service workers it needs the network, and works. */
export async function workOffline({ onUpdate }: Offline): Promise<void> {
  const { serviceWorker } = navigator;
  if (!import.meta.env.PROD || serviceWorker === undefined) return;
  const wasControlled = serviceWorker.controller !== null;
  // A worker that takes over an older one has other files: all tabs load again. The first one changes nothing.
  serviceWorker.addEventListener("controllerchange", () => {
    if (wasControlled) location.reload();
  });
  const registration = await serviceWorker.register(new URL("service-worker.js", document.baseURI));
  const offer = (): void => {
    const { waiting } = registration;
    if (waiting !== null && serviceWorker.controller !== null) onUpdate(() => waiting.postMessage({ type: "activate" }));
  };
  offer();
  registration.addEventListener("updatefound", () => registration.installing?.addEventListener("statechange", offer));
  const { active } = await serviceWorker.ready;
  if (!wasControlled) active?.postMessage({ type: "claim", module: import.meta.url });
}
