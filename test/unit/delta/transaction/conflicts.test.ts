import { describe, expect, it } from "vitest";
import { bindCondition } from "../../../../src/delta/expression/bind.ts";
import { parseExpression } from "../../../../src/delta/expression/parse.ts";
import type { Action, Metadata } from "../../../../src/delta/log/actions.ts";
import { fileIdentity } from "../../../../src/delta/log/file-identity.ts";
import type { StructType } from "../../../../src/delta/schema/types.ts";
import { checkConflicts } from "../../../../src/delta/transaction/conflicts.ts";
import { isBlindAppend, type Plan, type Reads, readEverything, readNothing } from "../../../../src/delta/transaction/plan.ts";
import { MemoryStore } from "../../../../src/object-store/memory/store.ts";
import { added, metadata, protocol, removed } from "../../../support/delta/written-log.ts";

const schema: StructType = {
  type: "struct",
  fields: [
    { name: "region", type: "string", nullable: true, metadata: {} },
    { name: "id", type: "long", nullable: true, metadata: {} },
  ],
};
const facts = { schema, partitionColumns: ["region"], mapping: "none" } as const;
const table = { store: new MemoryStore(), root: "sales" };
const rows = (text: string): Reads["rows"] => bindCondition(parseExpression(text), schema);
const inRegion = (path: string, region: string, stats?: string): Action =>
  added(path, { partitionValues: { region }, ...(stats === undefined ? {} : { stats }) });
const domain = (name: string): Action => ({ domainMetadata: { domain: name, configuration: "{}", removed: false } });
const txn = (appId: string): Action => ({ txn: { appId, version: 1n } });
const vector = { storageType: "u", pathOrInlineDv: "x", offset: 1, sizeInBytes: 1, cardinality: 1 } as const;

interface Case {
  readonly reads?: Reads;
  readonly ours?: readonly Action[];
  readonly theirs: readonly Action[];
  readonly configuration?: Metadata["configuration"];
  readonly isNew?: boolean;
}

function check({ reads = readNothing, ours = [], theirs, configuration = {}, isNew = false }: Case): void {
  const plan: Plan = { actions: ours, reads, commitInfo: {} };
  const read = isNew ? undefined : { protocol, metadata: { ...metadata, configuration }, facts };
  checkConflicts({ table, plan, read }, { version: 7, actions: theirs });
}

const files = (...paths: string[]): ReadonlySet<string> => new Set(paths.map((path) => fileIdentity({ path })));
const blind: Action = { commitInfo: { isBlindAppend: true } };
const weak = { "delta.isolationLevel": "WriteSerializable" };

describe("the check of conflicts", () => {
  it.each<[string, string, Case]>([
    ["ProtocolChanged", "both change the protocol", { ours: [{ protocol }], theirs: [{ protocol }] }],
    ["ProtocolChanged", "the table was created meanwhile", { isNew: true, theirs: [{ protocol }, { metaData: metadata }] }],
    ["MetadataChanged", "the schema or properties changed, even for an append", { ours: [added("a")], theirs: [{ metaData: metadata }] }],
    ["ConcurrentAppend", "rows were added to a table that was read whole", { reads: readEverything, theirs: [added("a")] }],
    [
      "ConcurrentAppend",
      "rows were added to a partition that was read",
      { reads: { rows: rows("region = 'eu'"), files: "none" }, theirs: [inRegion("a", "eu")] },
    ],
    [
      "ConcurrentAppend",
      "rows were added that the statistics do not exclude",
      { reads: { rows: rows("id = 5"), files: "none" }, theirs: [inRegion("a", "eu")] },
    ],
    ["ConcurrentAppend", "a blind append is no exception by default", { reads: readEverything, theirs: [blind, added("a")] }],
    [
      "ConcurrentAppend",
      "an update is no blind append",
      { reads: readEverything, configuration: weak, theirs: [blind, added("a"), removed("b")] },
    ],
    [
      "ConcurrentDeleteRead",
      "a file that was read was removed",
      { reads: { rows: "none", files: files("a b") }, theirs: [removed("a%20b")] },
    ],
    ["ConcurrentDeleteRead", "any file was removed from a table that was read whole", { reads: readEverything, theirs: [removed("z")] }],
    ["ConcurrentDeleteDelete", "both remove a file", { ours: [removed("a")], theirs: [removed("a")] }],
    [
      "ConcurrentDeleteDelete",
      "one deletes rows of a file that the other rewrote",
      { ours: [removed("a")], theirs: [{ remove: { path: "a", dataChange: false, deletionVector: vector } }] },
    ],
    ["ConcurrentTransaction", "both record a version of the same application", { ours: [txn("app")], theirs: [txn("app")] }],
    ["ConcurrentDomainMetadata", "both write a domain", { ours: [domain("d")], theirs: [domain("d")] }],
  ])("finds %s: %s", (rule, _, each) => {
    expect(() => check(each)).toThrow(
      expect.objectContaining({ code: "Conflict", field: rule, key: "sales/_delta_log/00000000000000000007.json" }),
    );
    expect(() => check(each)).toThrow(
      /^Cannot commit to the table "sales" in MemoryStore: version 7 of another writer .* \(\w+\); run the operation again/,
    );
  });

  it.each<[string, Case]>([
    ["appends", { ours: [added("a"), txn("app")], theirs: [added("b"), removed("c"), txn("other")] }],
    [
      "overwrites of other partitions",
      {
        reads: { rows: rows("region = 'eu'"), files: files("e") },
        ours: [removed("e"), inRegion("e2", "eu")],
        theirs: [removed("u"), inRegion("u2", "us")],
      },
    ],
    [
      "rows that the statistics exclude",
      {
        reads: { rows: rows("id = 5"), files: "none" },
        theirs: [inRegion("a", "eu", '{"numRecords":1,"minValues":{"id":6},"maxValues":{"id":9},"nullCount":{"id":0}}')],
      },
    ],
    [
      "files that were only rewritten",
      {
        reads: { rows: rows("id = 5"), files: files("a") },
        theirs: [{ remove: { path: "a", dataChange: false } }, added("b", { dataChange: false })],
      },
    ],
    ["blind appends, at the weaker level", { reads: readEverything, configuration: weak, theirs: [blind, added("a")] }],
    [
      "another protocol that this library writes",
      { ours: [added("a")], theirs: [{ protocol: { minReaderVersion: 1, minWriterVersion: 3 } }] },
    ],
    ["other domains", { ours: [domain("a")], theirs: [domain("b")] }],
  ])("lets pass %s", (_, each) => {
    expect(() => check(each)).not.toThrow();
  });

  it("refuses a protocol that this library cannot write, by the name of its feature", () => {
    const later = { minReaderVersion: 3, minWriterVersion: 7, readerFeatures: ["quantum"], writerFeatures: ["quantum"] };
    expect(() => check({ ours: [added("a")], theirs: [{ protocol: later }] })).toThrow(/"quantum"/);
    expect(() => check({ ours: [added("a")], theirs: [{ protocol: later }] })).toThrow(expect.objectContaining({ code: "NotSupported" }));
  });
});

describe("a blind append", () => {
  it("adds files, has read nothing and removes nothing", () => {
    const plan = (actions: readonly Action[], reads: Reads = readNothing): Plan => ({ actions, reads, commitInfo: {} });
    expect(isBlindAppend(plan([added("a"), txn("app")]))).toBe(true);
    expect(isBlindAppend(plan([added("a")], readEverything))).toBe(false);
    expect(isBlindAppend(plan([added("a"), removed("b")]))).toBe(false);
    expect(isBlindAppend(plan([added("a", { dataChange: false })]))).toBe(false);
    expect(isBlindAppend(plan([{ metaData: metadata }, added("a")]))).toBe(false);
  });
});
