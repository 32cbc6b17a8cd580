import type { Folder } from "./folder.ts";

/** Where the bytes of a new file go, one after the other. */
export interface Sink {
  readonly write: (bytes: Uint8Array<ArrayBuffer>) => Promise<void> | void;
  readonly close: () => Promise<void> | void;
  readonly abort: () => Promise<void> | void;
}

interface SyncHandle {
  write(bytes: Uint8Array, options: { readonly at: number }): number;
  close(): void;
}

/** TypeScript's library knows it in workers only. */
type File = FileSystemFileHandle & { createSyncAccessHandle?(): Promise<SyncHandle> };

/**
 * In a dedicated worker a sync handle, which is three to six times as fast; elsewhere what the browser offers there.
 *
 * @throws `NotSupported`
 */
export async function openSink(file: File, folder: Folder): Promise<Sink> {
  const handle = await file.createSyncAccessHandle?.().catch((error: DOMException) => {
    // WebKitGTK has the name alone.
    if (error.name !== "NotSupportedError") throw error;
  });
  if (handle) return syncSink(handle);
  if (!file.createWritable) throw folder.lacks("FileSystemFileHandle.createWritable");
  const writable = await file.createWritable();
  return { write: (bytes) => writable.write(bytes), close: () => writable.close(), abort: () => writable.abort().catch(() => undefined) };
}

function syncSink(handle: SyncHandle): Sink {
  let at = 0;
  const write = (bytes: Uint8Array): void => {
    for (let done = 0; done < bytes.byteLength; ) {
      const written = handle.write(bytes.subarray(done), { at });
      if (written === 0) throw new DOMException("There is no room for more bytes", "QuotaExceededError");
      done += written;
      at += written;
    }
  };
  return { write, close: () => handle.close(), abort: () => handle.close() };
}
