import { toBase64 } from "../../encoding/base64.ts";
import { compareUtf8 } from "../../encoding/utf8.ts";
import { throwIfAborted } from "../../errors.ts";
import type { Ask } from "../backend.ts";
import { eventJson } from "../wire.ts";

/** The version of the lines that an export consists of. */
export const exportVersion = 1;

const pageSize = 1000;

/**
 * Everything that is recorded, one line of JSON for each record: an object with one field, named after what it is. The
 * first line says what it is and in which version, the last one how many lines are between. Equal records have equal lines.
 */
export async function* exportRecords(ask: Ask, signal: AbortSignal | undefined): AsyncGenerator<string, void, void> {
  let lines = 0;
  const line = (record: Readonly<Record<string, unknown>>): string => {
    throwIfAborted(signal);
    lines++;
    return `${JSON.stringify(record)}\n`;
  };
  yield `${JSON.stringify({ edgewater: "records", version: exportVersion })}\n`;
  const definitions = await ask((backend) => backend.definitions());
  for (const asset of definitions.toSorted((left, right) => compareUtf8(left.assetKey, right.assetKey))) yield line({ asset });
  const keys = await ask((backend) => backend.dynamicPartitions());
  for (const dynamicPartition of keys.toSorted((left, right) => compareUtf8(left.definition, right.definition)))
    yield line({ dynamicPartition });
  for (const { key, value } of await ask((backend) => backend.kvList(""))) yield line({ kv: { key, value: toBase64(value) } });
  for (const run of (await ask((backend) => backend.runs({}))).toReversed()) {
    yield line({ run });
    for (const log of await ask((backend) => backend.logs(run.runId))) yield line({ log });
  }
  for (const tick of (await ask((backend) => backend.ticks({}))).toReversed()) yield line({ tick });
  for (let after = 0; ; ) {
    const page = await ask((backend) => backend.events({ after, limit: pageSize }));
    for (const event of page) yield line({ event: eventJson(event) });
    if (page.length < pageSize) break;
    after = page.at(-1)?.id ?? after;
  }
  yield `${JSON.stringify({ end: lines })}\n`;
}
