/** What the conditions of S3 on Ceph 16 guarantee; see docs/s3.md. */
export const cephConditions = { etagsNameContent: true, overwritesAreOrdered: false } as const;
