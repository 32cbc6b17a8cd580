import { describe, expect, it } from "vitest";
import type { Protocol } from "../../../../src/delta/log/actions.ts";
import { checkReadable, checkWritable } from "../../../../src/delta/log/features.ts";
import { metadata } from "../../../support/delta/written-log.ts";

const features = (readerFeatures: readonly string[], writerFeatures: readonly string[] = readerFeatures): Protocol => ({
  minReaderVersion: 3,
  minWriterVersion: 7,
  readerFeatures,
  writerFeatures,
});
const version = (minReaderVersion: number, minWriterVersion: number): Protocol => ({ minReaderVersion, minWriterVersion });

describe("the features of a table", () => {
  it("are read when they are known", () => {
    const known = [
      "columnMapping",
      "deletionVectors",
      "timestampNtz",
      "v2Checkpoint",
      "vacuumProtocolCheck",
      "typeWidening",
      "typeWidening-preview",
    ];
    checkReadable(features(known), "t");
    for (const reader of [1, 2]) checkReadable(version(reader, 2), "t");
    // What only writers must know does not keep readers away.
    checkReadable(features([], ["laterFeature"]), "t");
  });

  it.each(["variantType", "catalogManaged", "laterFeature", "constructor"])("refuse reading by name: %s", (name) => {
    expect(() => checkReadable(features(["deletionVectors", name]), "the table")).toThrow(
      `Cannot read the table: this library does not support the feature "${name}" of the table`,
    );
  });

  it("refuse a later protocol", () => {
    expect(() => checkReadable(version(99, 7), "t")).toThrow("it needs reader version 99");
    expect(() => checkWritable(version(1, 8), metadata, "t")).toThrow("it needs writer version 8");
  });

  it("are written when they are supported, or not used", () => {
    checkWritable(version(1, 2), metadata, "t");
    checkWritable(version(2, 6), metadata, "t");
    checkWritable(features([], ["appendOnly", "changeDataFeed", "generatedColumns", "identityColumns"]), metadata, "t");
    expect(() => checkWritable(features([], ["laterFeature"]), metadata, "t")).toThrow('"laterFeature"');
    checkWritable(version(2, 5), { ...metadata, configuration: { "delta.columnMapping.mode": "name" } }, "t");
    checkWritable(features(["typeWidening"]), { ...metadata, configuration: { "delta.enableTypeWidening": "true" } }, "t");
  });

  it("refuse writing where rows must be tracked, unless that is suspended", () => {
    const tracked = features([], ["rowTracking", "domainMetadata"]);
    expect(() => checkWritable(tracked, metadata, "t")).toThrow('"rowTracking"');
    checkWritable(tracked, { ...metadata, configuration: { "delta.rowTrackingSuspended": "true" } }, "t");
  });

  it.each([
    ["changeDataFeed", { configuration: { "delta.enableChangeDataFeed": "true" } }],
    ["rowTracking", { configuration: { "delta.enableRowTracking": "true" } }],
    ["generatedColumns", { schemaString: '{"metadata":{"delta.generationExpression":"a"}}' }],
    ["identityColumns", { schemaString: '{"metadata":{"delta.identity.start":1}}' }],
  ])("refuse writing by name where the table uses one: %s", (name, changes) => {
    expect(() => checkWritable(version(2, 6), { ...metadata, ...changes }, "t")).toThrow(`"${name}"`);
    expect(() => checkWritable(features([], [name]), { ...metadata, ...changes }, "t")).toThrow(`"${name}"`);
  });
});
