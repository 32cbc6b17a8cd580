/**
 * The file system calls of LocalStore, counted. At a given number the process is killed (`kill`), killed in the middle of
 * a write (`torn`), or stopped (`stop`), or the call fails (`fail`).
 */
import * as real from "../../../src/object-store/local/fs.ts";

export type Crash = "kill" | "torn" | "stop" | "fail";

const { at, how, machine } = JSON.parse(process.env["CRASH"] ?? "{}") as { at?: number; how?: Crash; machine?: string };

export const calls = { isCounting: false, count: 0 };

function count(args: readonly unknown[], isWrite: boolean): void {
  if (!calls.isCounting || ++calls.count !== at) return;
  if (how === "fail") throw Object.assign(new Error("EIO: i/o error"), { code: "EIO" });
  if (how === "torn" && isWrite) {
    const [file, bytes] = args as [number, Uint8Array];
    real.writeSync(file, bytes.subarray(0, bytes.byteLength >> 1));
  }
  process.kill(process.pid, how === "stop" ? "SIGSTOP" : "SIGKILL");
}

function counted<Call extends (...args: never[]) => unknown>(call: Call, isWrite = false): Call {
  return ((...args: Parameters<Call>) => {
    count(args, isWrite);
    return call(...args);
  }) as Call;
}

/** As {@link counted}, for a call that returns a promise. */
function countedPromise<Call extends (...args: never[]) => Promise<unknown>>(call: Call, isWrite = false): Call {
  const inner = counted(call, isWrite);
  return (async (...args: Parameters<Call>) => inner(...args)) as Call;
}

// These change nothing, so a crash before them equals a crash after the previous call.
export const close = real.close;
export const closeSync = real.closeSync;
export const realpathSync = real.realpathSync;

export const fstatSync = counted(real.fstatSync as never) as typeof real.fstatSync;
export const futimesSync = counted(real.futimesSync);
export const lstatSync = counted(real.lstatSync as never) as typeof real.lstatSync;
export const mkdirSync = counted(real.mkdirSync as never) as typeof real.mkdirSync;
export const openSync = counted(real.openSync);
export const readdirSync = counted(real.readdirSync as never) as typeof real.readdirSync;
export const readlinkSync = counted(real.readlinkSync as never) as typeof real.readlinkSync;
export const readSync = counted(real.readSync as never) as typeof real.readSync;
export const renameSync = counted(real.renameSync);
export const rmdirSync = counted(real.rmdirSync);
export const unlinkSync = counted(real.unlinkSync);
export const writeSync = counted(real.writeSync as never, true) as typeof real.writeSync;
export const readdir = countedPromise(real.readdir as never) as typeof real.readdir;
export const rename = countedPromise(real.rename);
export const read = countedPromise(real.read);
export const write = countedPromise(real.write, true);
export const fsync = countedPromise(real.fsync);

const readFile = counted(real.readFileSync as never) as typeof real.readFileSync;

/** With `machine`, the process looks as if it ran elsewhere, so that nobody can check whether it is alive. */
export const readFileSync = ((path: string, encoding: "utf8") =>
  machine !== undefined && path.endsWith("/boot_id") ? machine : readFile(path, encoding)) as typeof real.readFileSync;
