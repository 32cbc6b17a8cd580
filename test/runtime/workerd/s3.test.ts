import { S3Store } from "edgewater/s3";
import { conditionsCases, objectStoreCases, streamCases } from "edgewater/testing";
import { describe, inject, it } from "vitest";
import { cephConditions } from "../../services/ceph/guarantees.ts";
import { sameServer } from "../../support/breadth.ts";

const { endpoint, region, bucket, accessKeyId, secretAccessKey } = inject("s3");
const credentials = { accessKeyId, secretAccessKey };

describe.each([...objectStoreCases({ pageObjects: 30 }), ...conditionsCases(cephConditions), ...streamCases()])(
  "S3Store on Ceph",
  ({ name, run }) => {
    it(name, { tags: sameServer(name) }, () => run(new S3Store({ bucket, region, endpoint, credentials })));
  },
);
