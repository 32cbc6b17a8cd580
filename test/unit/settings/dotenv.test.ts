import { describe, expect, it } from "vitest";
import { dotenv } from "../../../src/settings/dotenv.ts";
import { errorOf } from "./error-of.ts";

describe("dotenv", () => {
  it.each<[string, string, string | undefined]>([
    ["a value", "A=b", "b"],
    ["spaces around", "  A  =  b c  ", "b c"],
    ["an exported value", "export A=b", "b"],
    ["an empty value", "A=", ""],
    ["an empty value before a comment", "A= # comment", ""],
    ["a comment", "A=b # comment", "b"],
    ["a hash inside a value", "A=b#c", "b#c"],
    ["a value that starts with a hash", "A=#b", ""],
    ["an equals sign", "A=b=c", "b=c"],
    ["a quote inside", "A=it's", "it's"],
    ["a backslash", "A=C:\\new", "C:\\new"],
    ["JSON", 'A={"b":[1, 2]}', '{"b":[1, 2]}'],
    ["a reference, which is not expanded", "A=$B", "$B"],
    ["double quotes", 'A=" b # c "', " b # c "],
    ["empty double quotes", 'A=""', ""],
    ["escapes in double quotes", 'A="b\\n\\t\\"\\\\ \\x"', 'b\n\t"\\ \\x'],
    ["a backslash before an n in double quotes", 'A="\\\\n"', "\\n"],
    ["double quotes over several lines", 'A="b\n  # c\nd"', "b\n  # c\nd"],
    ["a comment after quotes", 'A="b"  # it\'s', "b"],
    ["single quotes", "A=' b # c \\n'", " b # c \\n"],
    ["escapes in single quotes", "A='it\\'s \\\\'", "it's \\"],
    ["the last of two lines", "A=b\nA=c", "c"],
    ["a value between other lines", "\n# comment\n  \nB=1\nA=b\n\nC=3", "b"],
    ["Windows line ends", "B=1\r\nA=b\r\nC=3\r\n", "b"],
    ["a byte order mark", "\uFEFFA=b", "b"],
    ["another name", "B=c", undefined],
    ["the name of a property of every object", "constructor=x", undefined],
    ["empty text", "", undefined],
  ])("reads %s", (_, text, expected) => expect(dotenv(text)("A")).toBe(expected));

  it("does not return inherited properties", () => expect(dotenv("A=b")("toString")).toBeUndefined());

  it("has a label", () => {
    expect(dotenv("").label).toBe(".env");
    expect(dotenv("", { name: ".env.local" }).label).toBe(".env.local");
  });

  it("continues after a quoted value of several lines", () => {
    const source = dotenv('A="1\n2"\nB=\'3\'\nC="4"');
    expect(["A", "B", "C"].map(source)).toEqual(["1\n2", "3", "4"]);
  });

  it("lists the number of every invalid line and does not show the line", () => {
    const text = 'A=1\nhunter2\nB="1\n2"\n1A=hunter2\nC=\'hunter2\nD="x"hunter2\n=hunter2\nE="hunter2';
    const error = errorOf(() => dotenv(text, { name: "local.env" }));
    expect(error.code).toBe("SettingsError");
    expect(error.message).toMatchInlineSnapshot(`
      "Cannot read local.env:
        - line 2: expected KEY=value (from local.env)
        - line 5: expected KEY=value (from local.env)
        - line 6: a quote is not closed (from local.env)
        - line 7: expected nothing after the closing quote (from local.env)
        - line 8: expected KEY=value (from local.env)
        - line 9: a quote is not closed (from local.env)"
    `);
    expect(error.issues).toHaveLength(6);
    expect(JSON.stringify(error)).not.toContain("hunter2");
  });

  it("refuses a value that is not text", () => expect(errorOf(() => dotenv(undefined as never)).code).toBe("SettingsError"));

  it("parses in time linear in the length", () => {
    const text = `A=b${" ".repeat(100_000)}c\nB="${"\\".repeat(100_000)}"\nC='${"x".repeat(100_000)}`;
    expect(errorOf(() => dotenv(text)).issues).toMatchObject([{ problem: "line 3: a quote is not closed" }]);
  });
});
