/**
 * `npm run faults [seed] [writes]`: ten thousand conditional writes, unless given, through the fault proxy. Prints the seed, with
 * which the run can be repeated.
 */
import { createBucket } from "../../support/servers/buckets.ts";
import { start } from "../../support/servers/ceph.ts";
import { runCampaign, s3 } from "./campaign.ts";

const [seed = String(Date.now() % 2 ** 31), writes = "10000"] = process.argv.slice(2);
console.log(`Seed ${seed}`);
const { server, stop } = await start();
try {
  await createBucket(server, "faults");
  const report = await runCampaign(s3(server, "faults"), Number(writes), Number(seed));
  console.log(JSON.stringify({ ...report, broken: report.broken.slice(0, 20) }, undefined, 2));
  console.log(
    report.broken.length === 0
      ? "All guarantees were kept."
      : `${report.broken.length} guarantees were broken; repeat with: npm run faults ${seed} ${writes}`,
  );
  process.exitCode = report.broken.length === 0 ? 0 : 1;
} finally {
  await stop();
}
