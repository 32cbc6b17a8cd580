import { OPFSStore } from "edgewater/opfs";
import { type Row, ratio } from "../harness.ts";

interface SyncHandle {
  write(bytes: Uint8Array): number;
  close(): void;
}

async function rows(): Promise<readonly Row[]> {
  const store = new OPFSStore("bench");
  const folder = await (await navigator.storage.getDirectory()).getDirectoryHandle("bench-anchor", { create: true });
  const measured: Row[] = [];
  for (const [label, size, count, budget] of [
    ["1 MB", 1_000_000, 10, 3],
    ["64 MB", 64_000_000, 1, 1.5],
  ] as const) {
    const body = new Uint8Array(size);
    for (let at = 0; at < size; at += 65_536) crypto.getRandomValues(body.subarray(at, Math.min(at + 65_536, size)));
    const many = async (put: (name: string) => Promise<unknown>): Promise<void> => {
      for (let index = 0; index < count; index++) await put(`object-${size}-${index}`);
    };
    const bare = async (name: string): Promise<void> => {
      const file = (await folder.getFileHandle(name, { create: true })) as FileSystemFileHandle & {
        createSyncAccessHandle(): Promise<SyncHandle>;
      };
      const handle = await file.createSyncAccessHandle();
      handle.write(body);
      handle.close();
    };
    const ours = { name: "OPFSStore", run: () => many((name) => store.put(name, body)) };
    // As every atomic write: a new file, and the old one goes. Over an old one it would write into memory that is there.
    let round = 0;
    const replace = async (name: string): Promise<void> => {
      await bare(`${name}-${round}`);
      await folder.removeEntry(`${name}-${round - 1}`).catch(() => undefined);
    };
    const run = (): Promise<void> => {
      round++;
      return many(replace);
    };
    const plain = { name: "a sync handle into a new file, and the old one removed", run };
    measured.push(await ratio(`atomic put into OPFS in a worker, ${label}`, ours, plain, budget));
  }
  return measured;
}

rows().then(
  (measured) => postMessage(measured),
  (error: Error) => postMessage({ error: `${error.stack ?? error}` }),
);
