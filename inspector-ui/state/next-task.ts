/**
 * Ends the task that runs and goes on in one of its own, so that the browser draws and hears people in between. A task of more than
 * 50 ms keeps them waiting.
 */
export function nextTask(): Promise<void> {
  // Not in every browser yet.
  const { scheduler } = globalThis as { readonly scheduler?: Partial<Scheduler> };
  if (scheduler?.yield !== undefined) return scheduler.yield();
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(undefined);
  });
}
