/** Runs in workerd. */
import { pipeline } from "./pipeline.mjs";

// biome-ignore lint/style/noDefaultExport: a Worker is one
export default { fetch: async () => Response.json(await pipeline()) };
