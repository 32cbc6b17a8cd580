import type { Batch, ColumnValues } from "../batch.ts";
import { DataFile } from "../data-file.ts";
import type { AddFile } from "../log/actions.ts";
import { fileIdentity } from "../log/file-identity.ts";
import type { Snapshot } from "../log/snapshot.ts";
import { inOrder } from "../parallel.ts";
import type { StructType } from "../schema/types.ts";
import { fileFacts, rowCountOf } from "../statistics/file-facts.ts";
import { mayMatch } from "../statistics/skip.ts";
import type { Reads } from "../transaction/plan.ts";
import { applyDecisions, type RowEdit } from "./row-edit.ts";

/** Files are opened ahead of the one that is read. */
const filesAhead = 3;

/** Rewrites the data files of a snapshot in which rows change; files in which none does stay as they are. */
export class Rewrite {
  readonly #snapshot: Snapshot;
  readonly #edit: RowEdit;
  readonly #signal: AbortSignal | undefined;
  /** Files whose rows were looked at, or are all deleted. */
  readonly #read: AddFile[] = [];
  /** The files that are replaced by what {@link Rewrite.batches} yields. */
  readonly removed: AddFile[] = [];
  scannedFiles = 0;
  skippedFiles = 0;
  /** The rows of removed files. */
  updatedRows = 0;
  deletedRows = 0;
  copiedRows = 0;
  /** The time that was spent to find out which files change, in milliseconds. */
  scanTimeMs = 0;

  constructor(snapshot: Snapshot, edit: RowEdit, signal: AbortSignal | undefined) {
    this.#snapshot = snapshot;
    this.#edit = edit;
    this.#signal = signal;
  }

  /** What it has read of the table: the removal of these files by others is a conflict, and so are added rows that may change. */
  get reads(): Reads {
    return { rows: this.#edit.mayChange, files: new Set(this.#read.map(fileIdentity)) };
  }

  /** Yields the rows of the files in which a row changes, as they are then. Each file is read twice at most. */
  async *batches(): AsyncGenerator<Batch, void, void> {
    const { schema } = this.#snapshot;
    const opened = inOrder(this.#candidates(), filesAhead, (file) => DataFile.open(this.#snapshot, file, this.#signal));
    for await (const file of opened) {
      this.scannedFiles++;
      this.#read.push(file.action);
      if (!(await this.#changes(file))) continue;
      this.removed.push(file.action);
      for await (const batch of file.read({ schema, signal: this.#signal })) {
        const edited = applyDecisions(batch, this.#edit.decide(batch, false), this.#edit);
        this.updatedRows += edited.updated;
        this.deletedRows += edited.deleted;
        this.copiedRows += batch.rowCount - edited.updated - edited.deleted;
        if (edited.batch.rowCount > 0) yield edited.batch;
      }
    }
  }

  /** The files that need to be read. */
  *#candidates(): Generator<AddFile> {
    const { schema, metadata, mapping } = this.#snapshot;
    for (const file of this.#snapshot.files()) {
      const facts = fileFacts(file, { schema, partitionColumns: metadata.partitionColumns, mapping });
      if (!mayMatch(this.#edit.mayChange, facts)) {
        this.skippedFiles++;
        continue;
      }
      const rowCount = rowCountOf(file);
      if (rowCount === undefined || !this.#edit.deletesAll(facts)) {
        yield file;
        continue;
      }
      this.#read.push(file);
      this.removed.push(file);
      this.deletedRows += rowCount - (file.deletionVector?.cardinality ?? 0);
    }
  }

  /** Whether a row of a file changes. Only the columns that decide are read, and only up to the first such row. */
  async #changes(file: DataFile): Promise<boolean> {
    const { decidedBy, mayChange } = this.#edit;
    const { schema } = this.#snapshot;
    const fields = schema.fields.filter((_, column) => decidedBy?.has(column) ?? true);
    const rowGroups = file.rowGroupsOf(mayChange, schema);
    const start = performance.now();
    try {
      for await (const batch of file.read({ schema: { type: "struct", fields }, rowGroups, signal: this.#signal })) {
        if (this.#edit.decide(inPlace(batch, schema), true).rows.length > 0) return true;
      }
      return false;
    } finally {
      this.scanTimeMs += performance.now() - start;
    }
  }
}

/** A batch of some columns of a schema, with all of them; the others are without values. */
function inPlace(batch: Batch, schema: StructType): Batch {
  const byName = new Map<string, ColumnValues | undefined>(batch.schema.fields.map(({ name }, index) => [name, batch.columns[index]]));
  return { schema, rowCount: batch.rowCount, columns: schema.fields.map(({ name }) => byName.get(name) ?? []) };
}
