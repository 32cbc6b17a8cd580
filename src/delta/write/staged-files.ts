import { EdgewaterError } from "../../errors.ts";
import type { Expression } from "../expression/expression.ts";
import { printExpression } from "../expression/print.ts";
import type { AddFile } from "../log/actions.ts";
import type { StructType } from "../schema/types.ts";
import { nameOf } from "../store.ts";
import { conformedBatches } from "../values/conform.ts";
import type { OpenedData } from "./data.ts";
import { type DataFileOptions, writeDataFiles } from "./data-files.ts";
import type { WriteTarget } from "./target.ts";

/** The data files of a write. They are written once, also if the transaction starts again, unless the table has changed meanwhile. */
export class StagedFiles {
  readonly options: DataFileOptions;
  readonly #data: OpenedData;
  /** What the files depend on. */
  #writtenFor: string | undefined;
  #added: readonly AddFile[] = [];

  constructor(data: OpenedData, options: DataFileOptions) {
    this.#data = data;
    this.options = options;
  }

  /**
   * Writes the data, unless that is done.
   *
   * @param incoming the schema of the data
   * @param replaceWhere what every row must meet
   * @throws `Conflict` if they have to be written again, and the data can be read once only; as {@link writeDataFiles}
   */
  async write(target: WriteTarget, incoming: StructType, replaceWhere: Expression | undefined): Promise<readonly AddFile[]> {
    const { schemaString, partitionColumns, configuration } = target.metadata;
    const writtenFor = JSON.stringify([schemaString, partitionColumns, configuration]);
    if (writtenFor === this.#writtenFor) return this.#added;
    if (this.#writtenFor !== undefined && !this.#data.isRepeatable) throw unrepeatable(target);
    this.#writtenFor = writtenFor;
    const condition = replaceWhere && {
      expression: replaceWhere,
      problem: `it does not meet replaceWhere (${printExpression(replaceWhere)}); correct the row, or the condition`,
    };
    this.#added = await writeDataFiles(target, conformedBatches(this.#data.batches(incoming), incoming, target.schema), {
      ...this.options,
      condition,
    });
    return this.#added;
  }
}

function unrepeatable({ table }: WriteTarget): EdgewaterError<"Conflict"> {
  const message = `Cannot write to ${nameOf(table)}: another writer changed its schema or its properties, and the data can be read once only; write again with data from the start`;
  return new EdgewaterError("Conflict", message, { store: table.store.name, key: table.root, field: "MetadataChanged" });
}
