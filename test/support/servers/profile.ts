/** A browser's profile on a real disk, for the time of the tests. */
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

export const profile = join(tmpdir(), `edgewater-profile-${process.pid}`);

export default function setup(): () => Promise<void> {
  return () => rm(profile, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
}
