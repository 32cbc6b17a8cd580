/** The assets of a run that begins in a tab and ends on a server. Runs in browsers and in Node. */
import { asset, SuperJsonIOHandler } from "edgewater";
import { S3Store } from "edgewater/s3";
import type { S3Buckets } from "../../../support/servers/ceph.ts";

/** Where the values are. */
export interface Place {
  readonly s3: Pick<S3Buckets, "endpoint" | "region" | "bucket" | "accessKeyId" | "secretAccessKey">;
  readonly prefix: string;
}

/** The store of the values. */
export function storeOf({ s3: { endpoint, region, bucket, accessKeyId, secretAccessKey } }: Place): S3Store {
  return new S3Store({ endpoint, region, bucket, credentials: { accessKeyId, secretAccessKey } });
}

/** @param onCall is told of every call of a function */
export function assetsOf(store: S3Store, { prefix }: Place, onCall: (name: string) => void) {
  const ioHandler = new SuperJsonIOHandler({ store, prefix });
  const numbers = asset({ name: "numbers", ioHandler }, () => {
    onCall("numbers");
    return [1, 2, 3];
  });
  const doubled = asset({ name: "doubled", ioHandler, inputs: { numbers } }, ({ numbers }) => {
    onCall("doubled");
    return numbers.map((each) => each * 2);
  });
  const total = asset({ name: "total", ioHandler, inputs: { doubled } }, ({ doubled }) => {
    onCall("total");
    return doubled.reduce((sum, each) => sum + each, 0);
  });
  return { numbers, doubled, total };
}
