import { describe, expect, it } from "vitest";
import { keyOfPath, partitionFolder, pathOfKey } from "../../../../src/delta/log/paths.ts";
import { MemoryStore } from "../../../../src/object-store/memory/store.ts";

const table = { store: new MemoryStore(), root: "tables/t" };

describe("the path of a data file", () => {
  it("is decoded once, and its folders are escaped as Hive does (trap 7)", () => {
    expect(partitionFolder([["p", "a/b"]])).toBe("p=a%2Fb");
    expect(pathOfKey("p=a%2Fb/x.parquet")).toBe("p=a%252Fb/x.parquet");
    expect(keyOfPath(table, "p=a%252Fb/x.parquet")).toBe("tables/t/p=a%2Fb/x.parquet");
    expect(keyOfPath({ ...table, root: "" }, "special%20p@%23h")).toBe("special p@#h");
    expect(keyOfPath(table, "100%.parquet")).toBe("tables/t/100%.parquet");
  });

  it("leads to the same key for every value of a partition", () => {
    for (const value of ["a/b =%é#?:'", "..", "%2F", "\u0001\u007f", "{[^]}", "𝒳", "a\\b", null]) {
      const key = `${partitionFolder([
        ["é =/", value],
        ["q", "1"],
      ])}/x.parquet`;
      expect(keyOfPath(table, pathOfKey(key))).toBe(`tables/t/${key}`);
    }
  });

  it("that is absolute is found below the URL of the table", () => {
    const at = (url: string, path: string): string => keyOfPath({ ...table, url }, path);
    expect(at("s3://bucket/tables/t", "s3://bucket/tables/t/a%20b.parquet")).toBe("tables/t/a b.parquet");
    expect(at("s3://bucket/tables/t/", "s3a://bucket/tables/t/a.parquet")).toBe("tables/t/a.parquet");
    expect(at("file:///data/t", "file:/data/t/a.parquet")).toBe("tables/t/a.parquet");
    expect(at("/data/t", "file:///data/t/a.parquet")).toBe("tables/t/a.parquet");
  });

  it("that is elsewhere is refused", () => {
    expect(() => keyOfPath(table, "s3://other/a.parquet")).toThrow("no url of the table was given");
    expect(() => keyOfPath({ ...table, url: "s3://bucket/t" }, "s3://bucket/t2/a.parquet")).toThrow('the table is at "s3://bucket/t"');
    for (const path of ["../other/a.parquet", "a/../../b", "..//Users/x", "%2E%2E/x", "a%00b"]) {
      expect(() => keyOfPath(table, path)).toThrow("the path leaves the table");
    }
  });
});
