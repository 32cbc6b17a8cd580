import { parseEnv } from "node:util";
import { parse as parseByDotenv } from "dotenv";
import fc from "fast-check";
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
    ["a value before a hash", "A=b#c", "b"],
    ["a value that starts with a hash", "A=#b", ""],
    ["an equals sign", "A=b=c", "b=c"],
    ["a quote inside", "A=it's", "it's"],
    ["a backslash", "A=C:\\new", "C:\\new"],
    ["JSON", 'A={"b":[1, 2]}', '{"b":[1, 2]}'],
    ["a reference, which is not expanded", "A=$B", "$B"],
    ["double quotes", 'A=" b # c "', " b # c "],
    ["empty double quotes", 'A=""', ""],
    ["line breaks in double quotes, and no other escapes", 'A="b\\n\\t\\"\\\\ \\x"', 'b\n\\t\\"\\\\ \\x'],
    ["backticks", 'A=`it\'s "b"`', 'it\'s "b"'],
    ["single quotes over several lines", "A='b\nc'", "b\nc"],
    ["a quote that is not closed", "A='b\nB=c", "'b"],
    ["text after a closing quote", "A='b' c", "'b' c"],
    ["a colon", "A: b", "b"],
    ["double quotes over several lines", 'A="b\n  # c\nd"', "b\n  # c\nd"],
    ["a comment after quotes", 'A="b"  # it\'s', "b"],
    ["single quotes", "A=' b # c \\n'", " b # c \\n"],
    ["a backslash before a single quote", "A='it\\'s'", "it\\'s"],
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

  it("reads the other lines of text with lines that are not variables", () => {
    const source = dotenv("A=1\nnot a variable\n1A=2\n=3\nmy-key=4\nB='5\nC=6");
    expect(Object.fromEntries([...source.names()].map((name) => [name, source(name)]))).toEqual({
      A: "1",
      "1A": "2",
      "my-key": "4",
      B: "'5",
      C: "6",
    });
  });

  it("refuses a value that is not text", () => expect(errorOf(() => dotenv(undefined as never)).code).toBe("SettingsError"));

  it("reads every text as the package dotenv reads it", () => {
    const piece = fc.oneof(
      fc.constantFrom(
        "A",
        "B",
        "export ",
        "=",
        ":",
        " ",
        "\t",
        "\n",
        "\r\n",
        "\r",
        "'",
        '"',
        "`",
        "#",
        "\\",
        "\\n",
        "\\'",
        '\\"',
        "my-key",
        "A=",
      ),
      fc.string({ maxLength: 3 }),
    );
    const texts = fc.array(piece, { maxLength: 25 }).map((pieces) => pieces.join(""));
    fc.assert(
      fc.property(texts, (text) => {
        // In dotenv, U+2028 and U+2029 end a line, and the name __proto__ gets lost.
        fc.pre(!/__proto__|[\u2028\u2029]/.test(text));
        expect(variablesOf(text)).toEqual(new Map(Object.entries(parseByDotenv(text))));
      }),
      { numRuns: 5000 },
    );
  });

  it("reads ordinary lines as Node reads them", () => {
    const word = fc.stringMatching(/^[a-z0-9 .,:;/$%&?!+-]{0,12}$/);
    // Node reads the next line as the value of a variable with spaces only.
    const value = fc.oneof(
      word.map((text) => text.trim()),
      ...["'", '"', "`"].map((quote) => fc.tuple(word, word).map((lines) => `${quote}${lines.join("\n#=")}${quote}`)),
    );
    const line = fc.oneof(
      fc
        .tuple(fc.constantFrom("", "export "), fc.stringMatching(/^[A-Z][A-Z0-9_]{0,5}$/), value)
        .map(([start, name, text]) => `${start}${name}=${text}`),
      fc.constantFrom("", "# a comment"),
    );
    fc.assert(
      fc.property(fc.array(line, { maxLength: 6 }), (lines) => {
        const text = lines.join("\n");
        // Node takes "export" of an empty variable for a part of its name.
        fc.pre(!/^export \w+=$/m.test(text));
        expect(variablesOf(text)).toEqual(new Map(Object.entries(parseEnv(text))));
      }),
      { numRuns: 2000 },
    );
  });

  it.each([
    ["quotes that are not closed", 'A="x\n'],
    ["escaped quotes", 'A="\\"x\n'],
    ["quotes of all kinds", "A='x\nB=\"y\nC=`z\n"],
    ["names without values", `A${" ".repeat(50)}\n`],
    ["empty lines", "\n"],
  ])("reads a megabyte of %s to its end", (_, line) => {
    // Quadratic work would take longer than the time limit of a test.
    dotenv(line.repeat(1e6 / line.length));
  });
});

function variablesOf(text: string): ReadonlyMap<string, string | undefined> {
  const source = dotenv(text);
  return new Map([...source.names()].map((name) => [name, source(name)]));
}
