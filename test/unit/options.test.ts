import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { aFunction, aNumber, aString, checkOptions, nearest, type OptionKinds, required } from "../../src/options.ts";
import { knownOptions, randomOf, tryMisspelling, tryWrongType } from "../campaigns/misuse/check.ts";
import { type Entry, makeEntries } from "../campaigns/misuse/entries.ts";

const kinds: OptionKinds<{ folder: string; maxTimes?: number }> = { folder: required(aString), maxTimes: aNumber };
const check = (options: unknown) => (): void => checkOptions("f", options, kinds);
const checkCallback = (call: unknown) => (): void => checkOptions("f", { call }, { call: aFunction });

class Folder {}

describe("checkOptions", () => {
  it.each([[{ folder: "a", maxTimes: 1 }], [{ folder: "a", maxTimes: undefined }], [Object.create({ folder: "a" })]])(
    "accepts %o",
    (options) => expect(check(options)).not.toThrow(),
  );

  it.each<[unknown, string, string | undefined]>([
    [{ folder: "a", maxtimes: 1 }, 'Unknown option "maxtimes" of f; did you mean "maxTimes"?', "maxtimes"],
    [{ folder: "a", maxtimes: undefined }, 'Unknown option "maxtimes" of f; did you mean "maxTimes"?', "maxtimes"],
    [{ folder: "a", other: 1 }, 'Unknown option "other" of f; its options are folder, maxTimes', "other"],
    [{ folder: "a", toString: 1 }, 'Unknown option "toString" of f; its options are folder, maxTimes', "toString"],
    [{ folder: 1 }, "Invalid folder of f: 1; expected a string", "folder"],
    [{ folder: "a", maxTimes: "hunter2" }, "Invalid maxTimes of f: a string; expected a number", "maxTimes"],
    [{ folder: "a", maxTimes: null }, "Invalid maxTimes of f: null; expected a number", "maxTimes"],
    [{}, "Missing folder of f; expected a string", "folder"],
    [null, "Invalid options of f: null; expected a plain object", undefined],
    ["hunter2", "Invalid options of f: a string; expected a plain object", undefined],
    [[], "Invalid options of f: an array; expected a plain object", undefined],
    [() => undefined, "Invalid options of f: a function; expected a plain object", undefined],
    [new Date(0), "Invalid options of f: an instance of Date; expected a plain object", undefined],
    [new Map([["folder", "a"]]), "Invalid options of f: an instance of Map; expected a plain object", undefined],
    [Object.assign(new Folder(), { folder: "a" }), "Invalid options of f: an instance of Folder; expected a plain object", undefined],
  ])("refuses %o", (options, message, field) =>
    expect(check(options)).toThrow(expect.objectContaining({ code: "SettingsError", message, field })),
  );
});

describe("nearest", () => {
  it.each([
    ["iohandler", "ioHandler"],
    ["io_handler", "ioHandler"],
    ["storge", "storage"],
    ["x", undefined],
  ])("of %s is %s", (name, expected) => expect(nearest(name, ["assets", "ioHandler", "storage"])).toBe(expected));
});

describe("an option that is a function", () => {
  // biome-ignore lint/complexity/useArrowFunction: a function of each form
  it.each([[() => 1], [(class$: unknown) => class$], [function () {}], [async () => 1], [{ method() {} }.method], [Boolean]])(
    "accepts %o",
    (call) => expect(checkCallback(call)).not.toThrow(),
  );

  it.each([[class {}], [class Named extends Folder {}]])("refuses the class %o, which throws when it is called", (call) =>
    expect(checkCallback(call)).toThrow("Invalid call of f: a class; expected a function"),
  );
});

describe("every function that takes options", () => {
  let entries: readonly Entry[] = [];
  let known: ReadonlyMap<Entry, readonly string[]>;
  let folder = "";
  afterAll(() => rm(folder, { recursive: true }));
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "edgewater-"));
    entries = await makeEntries(folder);
    known = new Map(await Promise.all(entries.map(async (entry) => [entry, await knownOptions(entry)] as const)));
  });

  it("refuses a misspelt option by name, with a hint", async () => {
    const random = randomOf(1);
    const findings: string[] = [];
    for (const [entry, names] of known) {
      for (let count = 0; count < 20; count++) findings.push((await tryMisspelling(entry, names, random)) ?? "");
    }
    expect(findings.filter((finding) => finding !== "")).toEqual([]);
  });

  it("never throws an error of another family for a value of a wrong type", async () => {
    const random = randomOf(2);
    const findings: string[] = [];
    for (const [entry, names] of known) {
      for (let count = 0; count < 30; count++) findings.push((await tryWrongType(entry, names, random)) ?? "");
    }
    expect(findings.filter((finding) => finding !== "")).toEqual([]);
  });
});
