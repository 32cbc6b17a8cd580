/**
 * `npm run relay`: starts a pipeline in a browser tab, continues it in a Worker, in Deno and in Bun, and finishes it in Node. The values
 * are in a real S3 server. In the first relay each runtime hands its records on as text, in the second one a server has them.
 */
import { styleText } from "node:util";
import { components } from "../../scripts/components.ts";
import { createBucket } from "../../test/support/servers/buckets.ts";
import { exposedHeaders, start as startCeph } from "../../test/support/servers/ceph.ts";
import { chain, versionsHere } from "./pipeline.ts";
import { serveRecords } from "./records.ts";
import { type LegResult, missing, openRunners, relay } from "./relay.ts";

const absent = [...missing, ...(components.ceph.path === undefined ? [components.ceph] : [])];
if (absent.length > 0) {
  console.log(`The relay needs ${absent.map(({ name }) => name).join(", ")}. Install what is missing with: npm run setup`);
  process.exit(1);
}

/** Colour on a terminal, and plain text elsewhere. */
const paint = (format: Parameters<typeof styleText>[0], text: string): string => styleText(format, text, { stream: process.stdout });

console.log(paint("dim", "Starting an S3 server, Chromium and workerd …"));
const { server, stop } = await startCeph();
try {
  await using opened = await openRunners();
  await using records = await serveRecords(opened.origin);
  const bucket = "relay";
  await createBucket(server, bucket, exposedHeaders);
  const expected = await versionsHere();
  const relays = [
    { title: "Records are handed on as text", prefix: "handed-on", shared: undefined },
    { title: "Records are shared by a server", prefix: "shared", shared: records },
  ];
  for (const { title, prefix, shared } of relays) {
    console.log(`\n${paint("bold", title)}`);
    const results: LegResult[] = [];
    for await (const result of relay(opened.runners, { ...server, bucket, prefix }, shared)) {
      console.log(line(results.length, result));
      results.push(result);
    }
    if (!summarize(results, expected)) process.exitCode = 1;
  }
} finally {
  await stop();
}

/** One line for a leg: who made what, which version it has, and what was not made again. */
function line(index: number, { runner, asset, report }: LegResult): string {
  const kept = Object.keys(report.kept);
  const made = report.called.map((name) => `${name} ${report.versions[name]?.slice(0, 15)}…`).join(", ");
  const rest = kept.length === 0 ? "" : `kept ${kept.join(", ")}`;
  const isRight = report.called.length === 1 && report.called[0] === asset;
  const mark = isRight ? paint("green", "✓") : paint("red", "✗");
  return `${mark} ${index + 1} ${runner.padEnd(14)} made ${made.padEnd(26)} ${rest && paint("dim", rest)}`.trimEnd();
}

/** Prints what the relay has shown, and returns whether it is as it has to be. */
function summarize(results: readonly LegResult[], expected: Readonly<Record<string, string>>): boolean {
  const last = results.at(-1)?.report;
  const calls = results.flatMap(({ report }) => report.called);
  const equal = chain.filter((name) => last?.digests[name] === expected[name] && last?.versions[name] === expected[name]).length;
  const upToDate = chain.filter((name) => last?.statuses[name] === "UpToDate").length;
  const again = calls.length - new Set(calls).size;
  const isRight = equal === chain.length && upToDate === chain.length && again === 0;
  const text = `${equal} of ${chain.length} digests equal those of Node alone; ${again} steps recomputed; ${upToDate} of ${chain.length} up to date`;
  console.log(paint(isRight ? "green" : "red", text));
  return isRight;
}
