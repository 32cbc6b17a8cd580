/** What the conditions of S3 on Ceph 16 are like: docs/s3.md says more. */
export const cephConditions = { etagsNameContent: true, overwritesAreOrdered: false } as const;
