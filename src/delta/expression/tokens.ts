import { EdgewaterError } from "../../errors.ts";

/** A token, and where it starts in the text. */
export interface Token {
  /** `word`: an identifier or keyword without quotes; `name`: an identifier in backticks or double quotes. */
  readonly kind: "word" | "name" | "text" | "number" | "symbol" | "end";
  /** What it stands for: quotes are removed. */
  readonly value: string;
  /** A symbol, or a word in lower case; empty for anything else. */
  readonly keyword: string;
  /** The index of its first character. */
  readonly at: number;
}

/** The longest text of an expression, in UTF-16 units: 100,000 windows of time fit. */
const longestExpression = 16_000_000;

const space = /\s*/y;
const expressions = {
  word: /[\p{L}_][\p{L}\p{N}_]*/uy,
  number: /\d+(?:\.\d*)?(?:[eE][+-]?\d+)?/y,
  symbol: /<=>|<>|<=|>=|!=|==|[=<>+\-*/%(),.]/y,
};
const quotes: Readonly<Record<string, "text" | "name">> = { "'": "text", '"': "name", "`": "name" };

/**
 * Splits the text of an expression into tokens, in time linear in its length.
 *
 * @throws `ValidationError` with the position of a character that starts no token, and of a quote that is not closed
 */
export function tokensOf(text: string): readonly Token[] {
  if (text.length > longestExpression) {
    const message = `Invalid expression of ${text.length} characters; at most ${longestExpression} are allowed`;
    throw new EdgewaterError("ValidationError", message);
  }
  const tokens: Token[] = [];
  let at = 0;
  const match = (expression: RegExp): string | undefined => {
    expression.lastIndex = at;
    return expression.exec(text)?.[0];
  };
  while (true) {
    at += match(space)?.length ?? 0;
    if (at >= text.length) return [...tokens, { kind: "end", value: "", keyword: "", at: text.length }];
    const quoted = quotes[text[at] ?? ""];
    if (quoted !== undefined) {
      const end = endOfQuoted(text, at);
      const quote = text[at] ?? "";
      tokens.push({ kind: quoted, value: text.slice(at + 1, end - 1).replaceAll(quote + quote, quote), keyword: "", at });
      at = end;
      continue;
    }
    const kind = kindOf(text.charCodeAt(at));
    const value = match(expressions[kind]);
    if (value === undefined) {
      const character = JSON.stringify(String.fromCodePoint(text.codePointAt(at) ?? 0));
      throw invalidExpression(text, at, `unexpected character ${character}`);
    }
    tokens.push({ kind, value, keyword: kind === "symbol" ? value : kind === "word" ? value.toLowerCase() : "", at });
    at += value.length;
  }
}

/** What a token is that starts with this unit; letters beyond ASCII start words. */
function kindOf(unit: number): keyof typeof expressions {
  if (unit >= 48 && unit <= 57) return "number";
  return unit === 95 || unit > 127 || ((unit | 32) >= 97 && (unit | 32) <= 122) ? "word" : "symbol";
}

/** The index after the closing quote; a doubled quote stands for itself. */
function endOfQuoted(text: string, start: number): number {
  const quote = text[start] ?? "";
  let at = start + 1;
  while (true) {
    const next = text.indexOf(quote, at);
    if (next < 0) throw invalidExpression(text, start, `the quote ${quote} is not closed`);
    if (text[next + 1] !== quote) return next + 1;
    at = next + 2;
  }
}

/** The error for a text that is no expression, with the position counted from 1 and what stands there. */
export function invalidExpression(text: string, at: number, reason: string): EdgewaterError<"ValidationError"> {
  const around = text.slice(Math.max(0, at - 30), at + 30);
  const shown = `${at > 30 ? "…" : ""}${around}${at + 30 < text.length ? "…" : ""}`;
  return new EdgewaterError("ValidationError", `Invalid expression ${JSON.stringify(shown)}: ${reason}, at position ${at + 1}`);
}
