/**
 * Prints how many milliseconds a hostile input takes, and how many kilobytes beyond what it leaves behind. Linux only.
 * Without a name, the names.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { hostile } from "../../unit/serializer/hostile.ts";

const status = (field: string): number => Number(new RegExp(`${field}:\\s+(\\d+)`).exec(readFileSync("/proc/self/status", "utf8"))?.[1]);
const used = (): number => {
  const { heapUsed, external } = process.memoryUsage();
  return (heapUsed + external) / 1024;
};
const [, , name] = process.argv;
if (name === undefined) console.log(JSON.stringify(hostile.map((each) => each.name)));
else {
  const run = await (hostile.find((each) => each.name === name) as (typeof hostile)[number]).prepare();
  globalThis.gc?.();
  // Forgets the peak until now.
  writeFileSync("/proc/self/clear_refs", "5");
  const before = used();
  const peakBefore = status("VmHWM");
  const start = performance.now();
  let left: unknown;
  let outcome = "done";
  try {
    left = await run();
  } catch (error) {
    outcome = (error as { code?: string }).code ?? String(error);
  }
  const ms = performance.now() - start;
  const peak = status("VmHWM");
  globalThis.gc?.();
  globalThis.gc?.();
  console.log(
    JSON.stringify({
      name,
      ms: Math.round(ms),
      kilobytes: Math.round(Math.max(0, peak - peakBefore - Math.max(0, used() - before))),
      outcome,
      isLeft: left !== undefined,
    }),
  );
}
