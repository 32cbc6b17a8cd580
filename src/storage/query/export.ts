import { toBase64 } from "../../encoding/base64.ts";
import { compareUtf8 } from "../../encoding/utf8.ts";
import { throwIfAborted } from "../../errors.ts";
import type { UseBackend } from "../backend.ts";
import { eventJson } from "../record-json.ts";

/** The version of the export format. Version 2 added the starts and ends of runs, verifications and the details of events. */
export const exportVersion = 2;

const pageSize = 1000;

/**
 * Every row of a Storage as one line of JSON: an object with one field, named after the kind of the row. The first line
 * has the format and its version, the last line the number of lines between. Equal rows have equal lines.
 */
export async function* exportLines(withBackend: UseBackend, signal: AbortSignal | undefined): AsyncGenerator<string, void, void> {
  let lines = 0;
  const line = (record: Readonly<Record<string, unknown>>): string => {
    throwIfAborted(signal);
    lines++;
    return `${JSON.stringify(record)}\n`;
  };
  yield `${JSON.stringify({ edgewater: "records", version: exportVersion })}\n`;
  const definitions = await withBackend((backend) => backend.definitions());
  for (const asset of definitions.toSorted((left, right) => compareUtf8(left.assetKey, right.assetKey))) yield line({ asset });
  const keys = await withBackend((backend) => backend.dynamicPartitions());
  for (const dynamicPartition of keys.toSorted((left, right) => compareUtf8(left.definition, right.definition)))
    yield line({ dynamicPartition });
  for (const { key, value } of await withBackend((backend) => backend.kvList(""))) yield line({ kv: { key, value: toBase64(value) } });
  for (const run of (await withBackend((backend) => backend.runs({}))).toReversed()) {
    yield line({ run });
    for (const log of await withBackend((backend) => backend.logs(run.runId))) yield line({ log });
  }
  for (const tick of (await withBackend((backend) => backend.ticks({}))).toReversed()) yield line({ tick });
  for (let after = 0; ; ) {
    const page = await withBackend((backend) => backend.events({ after, limit: pageSize }));
    for (const event of page) yield line({ event: eventJson(event) });
    if (page.length < pageSize) break;
    after = page.at(-1)?.id ?? after;
  }
  yield `${JSON.stringify({ end: lines })}\n`;
}
