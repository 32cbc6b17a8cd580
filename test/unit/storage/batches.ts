/** Random batches that are right in every field. */
import { PartitionKey } from "edgewater";
import fc from "fast-check";
import type { Batch, NewEvent } from "../../../src/storage/types.ts";

/** Records with the usual prototype, like those from JSON. */
export const record = <Value extends object>(model: { [Key in keyof Value]: fc.Arbitrary<Value[Key]> }): fc.Arbitrary<Value> =>
  fc.record(model, { noNullPrototype: true }) as fc.Arbitrary<Value>;

const name = fc.constantFrom("a", "b", "it's", "ä?", "__proto__");
const partition = fc.option(
  fc.constantFrom("x", "y").map((key) => PartitionKey.single(key)),
  { nil: undefined },
);
const version = fc.constantFrom("1", "2", "3");

const owner = fc.constantFrom("1.a", "2.b");

/** The fields that only some types of events have. */
const details = record({
  stored: fc.option(record({ writeId: name, path: name, etag: fc.option(name, { nil: undefined }) }), { nil: undefined }),
  fingerprint: fc.option(version, { nil: undefined }),
  found: fc.constantFrom("Stored", "Missing", "Replaced", "Unrecorded"),
  materializationId: fc.integer({ min: 1, max: 9 }),
  reason: fc.option(name, { nil: undefined }),
  attempt: fc.integer({ min: 1, max: 3 }),
  status: fc.constantFrom("Started", "Success"),
});

/** Of a type, the details that it has. */
function detailsFor(eventType: string, of: { readonly [Name in string]: unknown }): object {
  if (eventType === "Verification") return { found: of["found"], materializationId: of["materializationId"] };
  if (eventType.startsWith("Run")) return { status: of["status"], attempt: of["attempt"], assetKey: undefined, partitionKey: undefined };
  if (eventType.startsWith("Step")) return { reason: of["reason"] };
  return { stored: of["stored"], fingerprint: of["fingerprint"] };
}

const event: fc.Arbitrary<NewEvent> = record({
  eventType: fc.constantFrom("Materialization", "Materialization", "Observation", "StepStart", "StepFailure", "Verification", "RunEnd"),
  details,
  assetKey: name,
  partitionKey: partition,
  runId: fc.constantFrom("r1", "r2", "r3"),
  timestamp: fc.integer({ min: 0, max: 10_000 }),
  version,
  codeVersion: fc.option(version, { nil: undefined }),
  inputDataVersions: fc.dictionary(fc.constantFrom("a", "b", "a[x]", "__proto__"), version, { maxKeys: 2, noNullPrototype: true }),
}).map(({ version, eventType, details, ...rest }) => {
  const dataVersion = eventType === "Materialization" || eventType === "Observation" ? version : undefined;
  // Rows do not keep a difference between a field that is undefined and one that is not there.
  const own = Object.entries(detailsFor(eventType, details)).filter(([name, value]) => value !== undefined || name in rest);
  return {
    ...rest,
    eventType,
    dataVersion,
    metadata: {},
    ...JSON.parse(JSON.stringify(Object.fromEntries(own))),
    ...noAsset(eventType),
  } as NewEvent;
});

const noAsset = (eventType: string): object => (eventType.startsWith("Run") ? { assetKey: undefined, partitionKey: undefined } : {});

/** A batch that is right in every field. */
export const batch: fc.Arbitrary<Batch> = fc.record(
  {
    events: fc.array(event, { maxLength: 6 }),
    runs: fc.array(
      record({
        runId: fc.constantFrom("r1", "r2", "r3"),
        status: fc.constantFrom("Started", "Success", "Failure"),
        nodeNames: fc.array(name, { maxLength: 2 }),
        tags: fc.constant({}),
        startTime: fc.nat(1000),
        endTime: fc.option(fc.nat(1000), { nil: undefined }),
      }),
      { maxLength: 2 },
    ),
    assets: fc.array(
      record({
        assetKey: name,
        kind: fc.constantFrom("asset", "external", "task"),
        tags: fc.constant({ team: "sea" }),
        kinds: fc.constant([]),
        group: fc.constant(undefined),
        codeVersion: fc.option(version, { nil: undefined }),
        dependencies: fc.array(record({ assetKey: name, mapping: fc.constantFrom(undefined, "all", "identity") }), { maxLength: 2 }),
        partitions: fc.constant(undefined),
      }),
      { maxLength: 2 },
    ),
    kv: fc.array(record({ key: name, value: fc.option(fc.uint8Array({ maxLength: 3 }), { nil: undefined }) }), { maxLength: 2 }),
    dynamicPartitions: fc.array(
      record({
        definition: name,
        add: fc.array(fc.constantFrom("p", "q", "r"), { minLength: 1, maxLength: 2 }),
        remove: fc.array(fc.constantFrom("p", "q"), { maxLength: 1 }),
      }),
      { maxLength: 2 },
    ),
    leases: fc.array(
      fc.oneof(
        record({
          runId: fc.constantFrom("r1", "r2"),
          step: fc.constantFrom(undefined, "s"),
          owner,
          attempt: fc.nat(2).map((n) => n + 1),
          ttlMs: fc.constantFrom(3_600_000),
        }),
        record({ runId: fc.constantFrom("r1", "r2"), step: fc.constantFrom(undefined, "s"), owner: fc.constant(undefined) }),
      ),
      { maxLength: 2 },
    ),
    preconditions: fc.array(
      fc.oneof(
        record({ lease: fc.constantFrom("r1", "r2"), owner: fc.option(owner, { nil: undefined }) }),
        record({ event: fc.integer({ min: 1, max: 9 }) }),
        record({ kv: name, is: fc.option(fc.uint8Array({ maxLength: 1 }), { nil: undefined }) }),
        record({ run: fc.constantFrom("r1", "r2"), is: fc.constantFrom(undefined, "Started", "Success") }),
        record({ latest: name, is: fc.option(fc.nat(10), { nil: undefined }) }),
      ),
      { maxLength: 1 },
    ),
  },
  { requiredKeys: [], noNullPrototype: true },
) as fc.Arbitrary<Batch>;
