import { InputContext, MetadataValue, OutputContext } from "edgewater";
import { describe, expect, it } from "vitest";

describe("OutputContext", () => {
  it("needs only a name", () => {
    const context = new OutputContext({ assetName: "a" });
    expect(context).toMatchObject({ assetName: "a", assetMetadata: {}, outputMetadata: {}, runId: undefined, dataVersion: undefined });
    expect(context.signal.aborted).toBe(false);
    context.log.info("dropped");
  });

  it("collects metadata; the last value of a key wins", () => {
    const context = new OutputContext({ assetName: "a", outputMetadata: { rows: 1, source: "asset" } });
    context.addOutputMetadata({ rows: 2 });
    context.addOutputMetadata({ rows: 3, note: MetadataValue.md("x") });
    expect(context.outputMetadata).toEqual({
      rows: { kind: "Int", value: 3 },
      source: { kind: "Text", value: "asset" },
      note: { kind: "Markdown", value: "x" },
    });
  });

  it("keeps the last registered version", () => {
    const context = new OutputContext({ assetName: "a" });
    context.registerDataVersion("v1");
    context.registerDataVersion("v2");
    context.registerContentVersion("sha256:1");
    expect(context).toMatchObject({ dataVersion: "v2", contentVersion: "sha256:1" });
  });
});

describe("InputContext", () => {
  it("has the downstream asset and the loaded materialization", () => {
    const upstream = { dataVersion: "v1", metadata: {} };
    expect(new InputContext({ assetName: "up", downstreamAsset: "down", assetMetadata: { team: "a" }, upstream })).toMatchObject({
      assetName: "up",
      downstreamAsset: "down",
      assetMetadata: { team: { kind: "Text", value: "a" } },
      upstream,
    });
    expect(new InputContext({ assetName: "up" })).toMatchObject({ downstreamAsset: undefined, upstream: undefined, assetMetadata: {} });
  });
});
