/** Small inputs that ask for much. `npm run bench` measures what they take, `npm run fuzz` runs them too. */
import { jsonSerializer, superjsonSerializer, withGzip } from "edgewater/serializer";
import { describe, expect, it } from "vitest";
import { hostile } from "./hostile.ts";

type Bytes = Uint8Array<ArrayBuffer>;
const serializer = superjsonSerializer();
const bytesOf = (text: string): Bytes => new TextEncoder().encode(text);
const refused: unknown = expect.objectContaining({ code: "SerializationError" });

describe("hostile input", () => {
  it.each(hostile)("of $name ends, with a value or a SerializationError", async ({ prepare }) => {
    const run = await prepare();
    try {
      await run();
    } catch (error) {
      expect(error).toEqual(refused);
    }
  });
});

describe("maxBytes", () => {
  it("holds while gzip is inflated, before everything is in memory", async () => {
    const zipped = (await withGzip(superjsonSerializer()).encode("x".repeat(100_000))) as Bytes;
    const limited = withGzip(superjsonSerializer({ maxBytes: 50_000 }));
    await expect(limited.decode(zipped)).rejects.toThrow(/inflate to more than the 50000 bytes/);
    await expect(limited.unwrap(zipped)).rejects.toThrow(refused as Error);
    await expect(withGzip(jsonSerializer(), { maxBytes: 50_000 }).decode(zipped)).rejects.toThrow(/50000/);
    await expect(
      withGzip(limited).decode((await withGzip(withGzip(superjsonSerializer())).encode("x".repeat(100_000))) as Bytes),
    ).rejects.toThrow(/50000/);
    expect(await withGzip(superjsonSerializer({ maxBytes: 200_000 })).decode(zipped)).toBe("x".repeat(100_000));
  });
});

describe("annotations", () => {
  const annotated = (json: string, values: string, rest = ""): string => `{"json":${json},"meta":{"values":${values}${rest},"v":1}}`;
  it.each<[string, string]>([
    ["a later version of superjson's format", '{"json":1,"meta":{"v":2}}'],
    ["a version that is text", '{"json":1,"meta":{"values":{},"v":"1"}}'],
    ["a version below zero", '{"json":{"a":1},"meta":{"values":{"a":["Date"]},"v":-1}}'],
    ["an index beyond the length of an array", annotated('{"5":1}', '[["edgewater","Array",3]]')],
    ["the length of a sparse array as a property", annotated('{"length":"abc"}', '[["edgewater","Array",3]]')],
    ["a length below zero", annotated("{}", '[["edgewater","Array",-1]]')],
    ["a length that is text", annotated("{}", '[["edgewater","Array","3"]]')],
    ["a length with a fraction", annotated("{}", '[["edgewater","Array",1.5]]')],
    ["a length that no array has", annotated("{}", '[["edgewater","Array",4294967296]]')],
    ["a key twice", annotated('{"a":"1"}', '{"a":["bigint"],"a":["Date"]}')],
    ["a key twice, with escapes", '{"meta":{"values":{"a":["bigint"],"\\u0061":["Date"]},"v":1},"json":{"a":"1"}}'],
    ["undefined twice", annotated('{"a":null}', '{"a":["undefined"],"a":["undefined"]}')],
    ["a Set twice", annotated("[1]", '{"":["set"],"":["set"]}')],
    ["a frozen object twice", annotated('{"a":{}}', '{"a":[["edgewater","frozen"]],"a":[["edgewater","frozen"]]}')],
    ["an object that is frozen and sealed", annotated("{}", '[["edgewater","frozen",["edgewater","sealed"]]]')],
    ["undefined for a text", annotated('{"a":"x"}', '{"a":["undefined"]}')],
    ["an invalid Date for a text", annotated('"x"', '[["edgewater","Date"]]')],
    ["a date of another form", annotated('"1 January 2020"', '["Date"]')],
    ["a date that is not in the calendar", annotated('"2020-02-31T00:00:00.000Z"', '["Date"]')],
    ["a bigint in hexadecimal", annotated('"0x10"', '["bigint"]')],
    ["a bigint of nothing", annotated('""', '["bigint"]')],
    ["a special number that is ordinary", annotated('"5"', '["number"]')],
    ["an element that a typed array cannot hold", annotated("[300]", '[["typed-array","Uint8Array"]]')],
    ["an element of a typed array that is an object", annotated("[{}]", '[["typed-array","Float64Array"]]')],
    ["a bigint element that is too large", annotated('["18446744073709551616"]', '[["typed-array","BigUint64Array"]]')],
    ["a time of a File that is not finite", annotated('""', '[["edgewater","File","","n",1e999]]')],
    ["a type of a Blob that it cannot have", annotated('""', '[["edgewater","Blob","é"]]')],
    ["base64 that is not base64", annotated('"?"', '[["edgewater","ArrayBuffer"]]')],
    ["a negative buffer", annotated("-1", '[["edgewater","ArrayBuffer"]]')],
    ["a Map row of three", annotated("[[1,2,3]]", '["map"]')],
    ["a Map with a key twice", annotated("[[1,2],[1,3]]", '["map"]')],
    ["a Set with an element twice", annotated("[1,1]", '["set"]')],
    ["an error class of the page", annotated('{"name":"Error","message":"m"}', '[["edgewater","showError"]]')],
    ["an error with hidden properties that it lacks", annotated("{}", '[["edgewater","error","Error",["x"]]]')],
    ["a DOMException without a name", annotated('{"":[1]}', '[["edgewater","error","DOMException",[]]]')],
    ["a place that shares two objects", '{"json":[{},{},{}],"meta":{"referentialEqualities":{"0":["2"],"1":["2"]},"v":1}}'],
    ["a place that shares an object twice", '{"json":[{},{}],"meta":{"referentialEqualities":{"0":["1","1"]},"v":1}}'],
    ["a list of places twice", '{"json":[{},{},{}],"meta":{"referentialEqualities":{"0":["1"],"0":["2"]},"v":1}}'],
    ["a place that shares something else", '{"json":[{},5],"meta":{"referentialEqualities":{"0":["1"]},"v":1}}'],
    [
      "an element of a typed array as a place",
      annotated("[[1,2],{}]", '{"0":[["typed-array","Uint8Array"]]}', ',"referentialEqualities":{"1":["0.0"]}'),
    ],
    ["a numbered place that is before its object", annotated("[null,{}]", '[["edgewater","numbered",[],[1,2]]]')],
    ["a numbered place twice", annotated("[{},null]", '[["edgewater","numbered",[],[2,1,0,1]]]')],
    ["a numbered annotation behind the end", annotated("[1]", '[["edgewater","numbered",[9,["set"]],[]]]')],
    ["numbered annotations that are cut off", annotated("[1]", '[["edgewater","numbered",[1],[]]]')],
    ["numbered and other shared places", annotated("[{},{}]", '[["edgewater","numbered",[],[]]]', ',"referentialEqualities":{"0":["1"]}')],
    ["a numbered annotation below another", annotated('["x",1]', '{"0":[["edgewater","numbered",[],[]]]}')],
  ])("with %s are refused", (_, text) => {
    const all = globalThis as { showError?: unknown };
    const calls: unknown[] = [];
    all.showError = (...values: unknown[]) => calls.push(values);
    try {
      expect(() => serializer.decode(bytesOf(text))).toThrow(refused as Error);
    } finally {
      delete all.showError;
    }
    expect(calls).toEqual([]);
  });
});
