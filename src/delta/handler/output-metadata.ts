import { type Metadata, makeMetadata } from "../../metadata/metadata-value.ts";
import { arrowSchema } from "../arrow/schema-message.ts";
import type { Snapshot } from "../log/snapshot.ts";
import { rowCountOf } from "../statistics/file-facts.ts";

/** The metadata of a materialization about the whole table. The number of rows is left out if a file does not tell its own. */
export function tableMetadata(snapshot: Snapshot): Metadata {
  let size = 0;
  for (const file of snapshot.files()) size += file.size;
  const rows = rowCount(snapshot);
  return {
    ...(rows === undefined ? {} : { "delta/num_rows": makeMetadata({ kind: "Int", value: rows }) }),
    "delta/size_bytes": makeMetadata({ kind: "Int", value: size }),
    "delta/version": makeMetadata({ kind: "Int", value: snapshot.version }),
    "rivers/schema": makeMetadata({ kind: "Schema", value: arrowSchema(snapshot.schema) }),
  };
}

/** The number of rows of a table; undefined if one of its files does not tell its own. */
export function rowCount(snapshot: Snapshot): number | undefined {
  let rows = 0;
  for (const file of snapshot.files()) {
    const count = rowCountOf(file);
    if (count === undefined) return undefined;
    rows += count - (file.deletionVector?.cardinality ?? 0);
  }
  return rows;
}
