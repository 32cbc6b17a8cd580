import { expect, it } from "vitest";
import { signatureAt } from "../../../site/api/signature.ts";

it.each([
  [
    "a class up to its body",
    "export declare class A<T extends { a: 1 }> implements B {\n    a: string;\n}",
    "body",
    "class A<T extends { a: 1 }> implements B",
  ],
  [
    "a function",
    "export declare function f(a: () => { b: string; }, c?: number): void;\nexport {};",
    "end",
    "function f(a: () => { b: string; }, c?: number): void",
  ],
  ["a type with a text that has a semicolon", 'export type A = "a;" | "\\"}";', "end", 'type A = "a;" | "\\"}"'],
  ["the last member of a body", "readonly a?: string\n}", "end", "readonly a?: string"],
  [
    "a member of several lines, without comments",
    "readonly a: {\n        /** What b is. */\n        readonly b: string;\n        readonly c: {\n            d: 1;\n        };\n    };\n    e: 2;",
    "end",
    "readonly a: {\n  readonly b: string;\n  readonly c: {\n    d: 1;\n  };\n}",
  ],
] as const)("takes %s", (_, text, until, signature) => {
  expect(signatureAt(text, until)).toBe(signature);
});
