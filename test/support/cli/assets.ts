/** A module of assets for the command line: what it exports is what `Repository.open` takes. */
import { asset, staticPartitions } from "edgewater";

const quakes = asset({ name: "quakes", codeVersion: "1" }, () => [{ magnitude: 6.1 }, { magnitude: 4.2 }]);
const strong = asset({ name: "strong", inputs: { quakes } }, ({ quakes: rows }) => rows.filter(({ magnitude }) => magnitude > 5));
const byRegion = asset({ name: "by-region", partitions: staticPartitions(["eu", "us"]) }, (_, { partitionKey }) => String(partitionKey));
const broken = asset({ name: "broken" }, () => {
  throw new TypeError("the feed is not there");
});
const slow = asset(
  { name: "slow" },
  (_, { signal }) =>
    new Promise<number>((_resolve, reject) => {
      // Says that it has begun, and is there until the run is canceled.
      process.stderr.write("slow has begun\n");
      const timer = setTimeout(() => {}, 2 ** 30);
      signal.addEventListener("abort", () => {
        clearTimeout(timer);
        reject(signal.reason);
      });
    }),
);

export const assets = [quakes, strong, byRegion, broken, slow];
