import { type Collected, type Wanted, wrong } from "./collect.ts";
import { isResult } from "./result.ts";

/** The outputs of a multi-asset: those of a record, or those that an async generator yields. */
export function collectSeveral(returned: unknown, wanted: Wanted): Iterable<Collected> | AsyncIterable<Collected> {
  const isGenerator = typeof returned === "object" && returned !== null && Symbol.asyncIterator in returned;
  return isGenerator ? collectYielded(returned as AsyncIterable<unknown>, wanted) : collectRecord(returned, wanted);
}

function* collectRecord(returned: unknown, { name, outputs, allOutputs, keys }: Wanted): Iterable<Collected> {
  if (typeof returned !== "object" || returned === null) throw wrong(name, "must return a record of its outputs, or be an async generator");
  const record = returned as Readonly<Record<string, unknown>>;
  const unknown = Object.keys(record).filter((key) => !allOutputs.some((output) => output.name === key));
  if (unknown.length > 0) throw wrong(name, `returned unknown outputs: ${unknown.join(", ")}`);
  for (const definition of outputs) {
    if (!Object.hasOwn(record, definition.name)) throw notMade(name, definition.name);
    yield { definition, key: keys?.[0], returned: record[definition.name] };
  }
}

async function* collectYielded(yields: AsyncIterable<unknown>, { name, outputs, allOutputs, keys }: Wanted): AsyncIterable<Collected> {
  const made = new Set<string>();
  for await (const returned of yields) {
    if (!isResult(returned) || returned.name === undefined) {
      throw wrong(name, "must yield Output(value, { name }), Materialization({ name }) or Observation({ name })");
    }
    const definition = allOutputs.find((output) => output.name === returned.name);
    if (definition === undefined) throw wrong(name, `yielded an unknown output ${JSON.stringify(returned.name)}`);
    made.add(definition.name);
    if (outputs.includes(definition)) yield { definition, key: keys?.[0], returned };
  }
  const missing = outputs.find((output) => !made.has(output.name));
  if (missing !== undefined) throw notMade(name, missing.name);
}

function notMade(name: string, output: string): Error {
  return wrong(name, `did not make its output ${JSON.stringify(output)}`);
}
