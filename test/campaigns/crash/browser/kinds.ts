/** The stores that one browser writes to at the same time. */
export const kinds = ["IndexedDBStore", "IndexedDBStore, strict", "OPFSStore", "OPFSStore in a worker"] as const;
export type Kind = (typeof kinds)[number];
