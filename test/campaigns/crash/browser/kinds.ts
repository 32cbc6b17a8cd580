/** The stores that are written to in one browser at once. */
export const kinds = ["IndexedDBStore", "IndexedDBStore, strict", "OPFSStore", "OPFSStore in a worker"] as const;
export type Kind = (typeof kinds)[number];
