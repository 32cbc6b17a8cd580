/** How `npm test` runs Vitest and Playwright: to an end, whatever they leave. */
import { describe, expect, it } from "vitest";
import { type Ended, type RunOptions, runToEnd } from "../../../scripts/run-to-end.ts";

let printed = "";

/** Runs a program of Node. */
function run(program: string, options: Partial<RunOptions> = {}): Promise<Ended> {
  printed = "";
  const common = {
    cwd: import.meta.dirname,
    env: process.env,
    print: (text: string): void => {
      printed += text;
    },
    isDone: () => false,
  };
  return runToEnd(process.execPath, ["-e", program], { ...common, graceMs: 60_000, ...options });
}

const sleeper = 'require("node:child_process").spawn("sleep", ["613"], { stdio: "inherit" })';

describe("runToEnd", () => {
  it("returns the exit code of a program that ends by itself, and prints its output", async () => {
    expect(await run('console.log("out"); console.error("err"); process.exitCode = 3')).toEqual({ status: 3, messages: [] });
    expect(printed.split("\n").sort()).toEqual(["", "err", "out"]);
  });

  it("names and ends a process that holds the output of a program after its exit", async () => {
    const { status, messages } = await run(`${sleeper}; setTimeout(() => process.exit(1), 100)`, { graceMs: 300 });
    expect(status).toBe(1);
    expect(messages).toEqual([
      expect.stringMatching(
        /^node has exited and left processes running; these were open, and were ended:\n {2}- \d+ sleep 613: SIG(TERM|KILL)$/,
      ),
    ]);
  });

  it("ends a program that does not exit after its work, with what it has started, also when they ignore SIGTERM", async () => {
    const deaf = 'process.on("SIGTERM", () => {}); setInterval(() => {}, 1000);';
    const { status, messages } = await run(`${deaf} ${sleeper}; console.log("started")`, {
      isDone: () => printed.includes("started"),
      exitMs: 200,
      graceMs: 300,
    });
    expect(status).toBe(null);
    expect(messages).toEqual([
      expect.stringMatching(
        /^node had done its work, and did not exit within 0\.2 s; .*\n {2}- \d+ sleep 613: SIG(TERM|KILL)\n {2}- \d+ .*: SIGKILL$/,
      ),
    ]);
  });

  it("ends a program that prints nothing any more", async () => {
    const { status, messages } = await run("setInterval(() => {}, 1000)", { silentMs: 200, graceMs: 300 });
    expect(status).toBe(null);
    expect(messages).toEqual([expect.stringMatching(/^node printed nothing for 0\.2 s; .*\n {2}- \d+ .*: SIG(TERM|KILL)$/)]);
  });
});
