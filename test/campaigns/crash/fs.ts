/** The file system calls of LocalStore, counted. At a given number, the process is killed or the call fails. */
import * as real from "../../../src/object-store/local/fs.ts";

const { at, how } = JSON.parse(process.env["CRASH"] ?? "{}") as { at?: number; how?: "kill" | "fail" };

export const calls = { isCounting: false, count: 0 };

function counted<Call extends (...args: never[]) => unknown>(call: Call): Call {
  return ((...args: Parameters<Call>) => {
    if (calls.isCounting && ++calls.count === at) {
      if (how === "kill") process.kill(process.pid, "SIGKILL");
      throw Object.assign(new Error("EIO: i/o error"), { code: "EIO" });
    }
    return call(...args);
  }) as Call;
}

/** As {@link counted}, for a call that returns a promise. */
function countedPromise<Call extends (...args: never[]) => Promise<unknown>>(call: Call): Call {
  const inner = counted(call);
  return (async (...args: Parameters<Call>) => inner(...args)) as Call;
}

// These change nothing, so a crash before them equals a crash after the previous call.
export const closeSync = real.closeSync;
export const existsSync = real.existsSync;
export const fstatSync = counted(real.fstatSync as never) as typeof real.fstatSync;
export const futimesSync = counted(real.futimesSync);
export const lstatSync = counted(real.lstatSync as never) as typeof real.lstatSync;
export const openSync = counted(real.openSync);
export const readFileSync = counted(real.readFileSync as never) as typeof real.readFileSync;
export const readlinkSync = counted(real.readlinkSync as never) as typeof real.readlinkSync;
export const readSync = counted(real.readSync as never) as typeof real.readSync;
export const realpathSync = real.realpathSync;
export const renameSync = counted(real.renameSync);
export const writeSync = counted(real.writeSync as never) as typeof real.writeSync;
export const lstat = countedPromise(real.lstat as never) as typeof real.lstat;
export const mkdir = countedPromise(real.mkdir as never) as typeof real.mkdir;
export const readdir = countedPromise(real.readdir as never) as typeof real.readdir;
export const rename = countedPromise(real.rename);
export const rmdir = countedPromise(real.rmdir);
export const unlink = countedPromise(real.unlink);
export const open = countedPromise(real.open);
export const read = countedPromise(real.read);
export const write = countedPromise(real.write);
export const fsync = countedPromise(real.fsync);
