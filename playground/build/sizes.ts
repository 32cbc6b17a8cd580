/** How much a visitor of the playground downloads. */
import { join } from "node:path";
import { build, type Rolldown } from "vite";
import { type PageSizes, pageSizes } from "../../scripts/page-sizes.ts";

/**
 * The most that the scripts may be before a build fails, in bytes: what they are and a little more. `npm run bench` has the budgets. Later come the rest of the library, every screen, the sandbox of edited functions with
 * what they may use, and the client of S3.
 */
export const playgroundLimits: PageSizes = { first: 120_000, later: 265_000 };

export async function measurePlayground(): Promise<PageSizes> {
  const configFile = join(import.meta.dirname, "../vite.config.ts");
  const built = (await build({ configFile, logLevel: "error", build: { write: false } })) as Rolldown.RolldownOutput;
  return pageSizes(built.output);
}
