/** The bindings of the Worker, and the repository over them. */
import { Repository, Storage } from "edgewater";
import { d1 } from "edgewater/d1";
import { R2Store } from "edgewater/r2";
import * as v from "valibot";
import { assetsIn } from "./pipeline.ts";

/** The bindings of `wrangler.jsonc`, and the secrets. */
export interface Env {
  readonly ASSETS: R2Bucket;
  readonly RECORDS: D1Database;
  readonly RUNS: Workflow;
  /** Permits everything. */
  readonly TOKEN: string;
  /** Permits reading. */
  readonly READ_TOKEN?: string;
  readonly MAX_UPLOAD_BYTES: string;
}

const aToken = v.pipe(v.string(), v.regex(/^[\x21-\x7e]{16,}$/));
const settings = v.object({
  TOKEN: aToken,
  READ_TOKEN: v.optional(aToken),
  MAX_UPLOAD_BYTES: v.pipe(v.string(), v.digits(), v.transform(Number), v.safeInteger(), v.minValue(1)),
});

/** The variables and secrets. @throws when one is missing or invalid; the error does not show it */
export function settingsOf(env: Env): v.InferOutput<typeof settings> {
  const parsed = v.safeParse(settings, { TOKEN: env.TOKEN, READ_TOKEN: env.READ_TOKEN, MAX_UPLOAD_BYTES: env.MAX_UPLOAD_BYTES });
  if (parsed.success) return parsed.output;
  const names = parsed.issues.map((issue) => v.getDotPath(issue)).join(", ");
  throw new Error(`Invalid or missing: ${names}. Tokens have 16 or more printable characters, MAX_UPLOAD_BYTES is a number of bytes`);
}

/** One part of an upload is filled while two are sent, so that an upload takes about 15 MiB of the 128 MB of a Worker. */
const parts = { partSize: 5 * 2 ** 20, concurrency: 2 };

/** The store of the values. */
export function storeOf({ ASSETS }: Env): R2Store {
  return new R2Store(ASSETS, { bucket: "assets", ...parts });
}

/** The records. */
export function recordsOf({ RECORDS }: Env): Promise<Storage> {
  return Storage.connect(d1(RECORDS));
}

/** Opens the repository: for one request, one tick of the cron trigger, or one Workflow. */
export function openRepository(env: Env): Promise<Repository> {
  return Repository.open({ name: "edgewater-assets", assets: assetsIn(storeOf(env)), storage: recordsOf(env) });
}
