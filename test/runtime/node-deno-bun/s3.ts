/** Runs the conformance cases of S3Store in this runtime and prints the failures. The argument is a server and a bucket as JSON. */
import { argv } from "node:process";
import { S3Store } from "edgewater/s3";
import { conditionsCases, objectStoreCases } from "edgewater/testing";
import { cephConditions } from "../../services/ceph/guarantees.ts";

const { endpoint, region, bucket, ...credentials } = JSON.parse(argv[2] ?? "");
const cases = [...objectStoreCases(), ...conditionsCases(cephConditions)];
const failed: string[] = [];
for (const { name, run } of cases) {
  try {
    await run(new S3Store({ bucket, region, endpoint, credentials }));
  } catch (error) {
    failed.push(`${name}: ${error}`);
  }
}
console.log(JSON.stringify({ cases: cases.length, failed }));
