/** One leg of the relay: what every runtime does when the pipeline reaches it. */
import { contentVersion, Repository, Storage, SuperJsonIOHandler } from "edgewater";
import { remote } from "edgewater/remote";
import { S3Store } from "edgewater/s3";
import { assetsOf } from "./pipeline.ts";

/** A bucket that every runtime reaches, and a prefix in it. */
export interface Place {
  readonly endpoint: string;
  readonly region: string;
  readonly bucket: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly prefix: string;
}

/** The records that a leg goes on from: what the leg before it has exported, or those of a server. */
export type Baton = { readonly exported: string } | { readonly url: string; readonly token: string };

/** What a runtime is told. */
export interface Leg {
  readonly place: Place;
  readonly baton: Baton;
  /** The asset to make. Everything before it in the chain is asked for too. */
  readonly asset: string;
}

/** What a runtime has done. */
export interface LegReport {
  /** The assets whose functions were called. */
  readonly called: readonly string[];
  /** The assets of the run that were not made again, with the reason. */
  readonly kept: Readonly<Record<string, string>>;
  /** The data version of every asset that was made so far, as it is recorded. */
  readonly versions: Readonly<Record<string, string>>;
  /** The digest of the bytes that the bucket has, by asset, computed here. */
  readonly digests: Readonly<Record<string, string>>;
  /** The status of every asset of the chain. */
  readonly statuses: Readonly<Record<string, string>>;
  /** All records, for the next leg. Empty when a server has them. */
  readonly exported: string;
}

/**
 * Makes one asset and everything before it, unless it is unchanged.
 *
 * @param openOwn opens the Storage of this runtime, which is empty; it is used when no server has the records
 */
export async function runLeg({ place, baton, asset }: Leg, openOwn: () => Promise<Storage>): Promise<LegReport> {
  const isShared = "url" in baton;
  await using storage = await (isShared ? Storage.connect(remote(baton.url, { token: baton.token })) : openOwn());
  if (!isShared && baton.exported !== "") await storage.import([baton.exported]);

  const { endpoint, region, bucket, accessKeyId, secretAccessKey, prefix } = place;
  const store = new S3Store({ endpoint, region, bucket, credentials: { accessKeyId, secretAccessKey } });
  const called: string[] = [];
  const assets = assetsOf(new SuperJsonIOHandler({ store, prefix }), (name) => called.push(name));
  await using repository = await Repository.open({ assets, storage });
  const { decisions } = await repository.materialize({ selection: [asset], includeUpstream: true, skipUnchanged: true });

  const versions: Record<string, string> = {};
  const digests: Record<string, string> = {};
  for (const { name } of assets) {
    const latest = await storage.getLatestMaterialization(name);
    if (latest === undefined) continue;
    versions[name] = latest.dataVersion;
    digests[name] = await contentVersion((await store.get(String(latest.metadata["path"]?.value))).stream());
  }
  const statuses = Object.fromEntries((await repository.status()).map(({ asset, status }) => [asset, status]));
  const kept = Object.fromEntries(decisions.flatMap(({ step, isSkipped, reason }) => (isSkipped ? [[step, reason]] : [])));
  return { called, kept, versions, digests, statuses, exported: isShared ? "" : await textOf(storage.export()) };
}

async function textOf(lines: AsyncIterable<string>): Promise<string> {
  let text = "";
  for await (const line of lines) text += line;
  return text;
}
