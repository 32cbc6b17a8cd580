import { type Branch, type Comparison, columnOf, type Expression, joined, nullLiteral, type Operator, textLiteral } from "./expression.ts";
import { numberLiteral, prefixedLiteral } from "./literal.ts";
import { invalidExpression, type Token, tokensOf } from "./tokens.ts";
import { typeNamed } from "./type-names.ts";

/** How deep expressions may be nested. A chain of AND or OR counts as one level. */
const deepest = 200;

const comparisons: ReadonlyMap<string, Comparison> = new Map([
  ["=", "="],
  ["==", "="],
  ["<>", "<>"],
  ["!=", "<>"],
  ["<", "<"],
  ["<=", "<="],
  [">", ">"],
  [">=", ">="],
  ["<=>", "<=>"],
]);

/** Words that end an operand, so they are no names unless they are quoted. */
const reserved = new Set("and or not in is null like between case when then else end true false as cast".split(" "));
const literalWords = new Set(["null", "true", "false"]);

/**
 * Parses an expression. Its grammar, from the weakest to the strongest operator:
 *
 * | | |
 * |-|-|
 * | `OR` | `AND` |
 * | `NOT` | |
 * | `=` `<>` `!=` `<` `<=` `>` `>=` `<=>`, `IS [NOT] NULL`, `[NOT] IN (…)`, `[NOT] BETWEEN … AND …`, `[NOT] LIKE …` | not in chains |
 * | `+` `-` | from left to right |
 * | `*` `/` `%` | from left to right |
 * | `-` `+` before an operand | |
 * | literals, columns, `(…)`, `CASE … END`, `CAST(… AS …)`, functions | |
 *
 * Keywords are in any case. Names with other characters than letters, digits and `_`, and names that are keywords, are in backticks
 * or double quotes; texts are in single quotes. A quote in quotes is doubled.
 *
 * @throws `ValidationError` with the position
 */
export function parseExpression(text: string): Expression {
  const parser = new Parser(text);
  const expression = parser.disjunction();
  parser.expectEnd();
  return expression;
}

class Parser {
  readonly #text: string;
  readonly #tokens: readonly Token[];
  #at = 0;
  #depth = 0;

  constructor(text: string) {
    this.#text = text;
    this.#tokens = tokensOf(text);
  }

  expectEnd(): void {
    if (this.#next.kind !== "end") throw this.#unexpected("the end or an operator");
  }

  disjunction(): Expression {
    return this.#nested(() => this.#chain("or", () => this.#chain("and", () => this.#negation())));
  }

  #chain(kind: "and" | "or", operand: () => Expression): Expression {
    const operands = [operand()];
    while (this.#take(kind)) operands.push(operand());
    return joined(kind, operands);
  }

  #negation(): Expression {
    if (!this.#take("not")) return this.#predicate();
    return this.#nested(() => ({ kind: "not", operand: this.#negation() }));
  }

  #predicate(): Expression {
    const left = this.#sum();
    const operator = comparisons.get(this.#next.keyword);
    if (operator !== undefined) {
      this.#at++;
      return { kind: "compare", operator, left, right: this.#sum() };
    }
    if (this.#take("is")) {
      const isNot = this.#take("not");
      this.#expect("null");
      return negatedIf(isNot, { kind: "isNull", operand: left });
    }
    const isNot = this.#take("not");
    if (this.#take("in")) return negatedIf(isNot, { kind: "in", operand: left, items: this.#list() });
    if (this.#take("like")) return negatedIf(isNot, { kind: "like", operand: left, pattern: this.#sum() });
    if (this.#take("between")) {
      const least = this.#sum();
      this.#expect("and");
      const most = this.#sum();
      const bounds: Expression[] = [
        { kind: "compare", operator: ">=", left, right: least },
        { kind: "compare", operator: "<=", left, right: most },
      ];
      return negatedIf(isNot, { kind: "and", operands: bounds });
    }
    if (isNot) throw this.#unexpected("IN, LIKE or BETWEEN");
    return left;
  }

  #sum(): Expression {
    return this.#arithmetic(["+", "-"], () => this.#arithmetic(["*", "/", "%"], () => this.#signed()));
  }

  /** Each operator of the chain is a level, because the chain leans to the left. */
  #arithmetic(operators: readonly Operator[], operand: () => Expression): Expression {
    const depth = this.#depth;
    let left = operand();
    for (let operator = this.#takeOneOf(operators); operator !== undefined; operator = this.#takeOneOf(operators)) {
      this.#deepen();
      left = { kind: "arithmetic", operator, left, right: operand() };
    }
    this.#depth = depth;
    return left;
  }

  #signed(): Expression {
    const sign = this.#takeOneOf(["+", "-"]);
    if (sign === undefined) return this.#operand();
    return this.#nested(() => {
      if (this.#next.kind === "number") return this.#number(sign);
      const operand = this.#signed();
      return sign === "-" ? { kind: "negate", operand } : operand;
    });
  }

  #operand(): Expression {
    const token = this.#next;
    if (this.#take("(")) {
      const inside = this.disjunction();
      this.#expect(")");
      return inside;
    }
    if (this.#take("case")) return this.#nested(() => this.#case());
    if (this.#take("cast")) return this.#cast();
    if (token.kind === "end" || token.kind === "symbol") throw this.#unexpected("an operand");
    const isKeyword = reserved.has(token.keyword);
    if (isKeyword && !literalWords.has(token.keyword)) throw this.#unexpected("an operand");
    if (token.kind === "number") return this.#number("+");
    this.#at++;
    if (token.kind === "text") return textLiteral(token.value);
    if (isKeyword) return keywordLiteral(token.keyword);
    if (token.kind === "word" && this.#next.kind === "text") return this.#prefixed(token);
    if (token.kind === "word" && this.#isNext("(")) {
      return { kind: "call", name: token.keyword, operands: this.#list() };
    }
    return this.#column(token.value);
  }

  #number(sign: Operator): Expression {
    const { value, at } = this.#next;
    const literal = numberLiteral(sign === "-" ? `-${value}` : value);
    if (literal.type === "double" && !Number.isFinite(literal.value)) throw invalidExpression(this.#text, at, "the number is too large");
    this.#at++;
    return literal;
  }

  #prefixed({ value, at }: Token): Expression {
    const literal = prefixedLiteral(value, this.#next.value);
    if (typeof literal === "string") throw invalidExpression(this.#text, at, literal);
    this.#at++;
    return literal;
  }

  #column(first: string): Expression {
    const path = [first];
    while (this.#take(".")) {
      const { kind, value } = this.#next;
      if (kind !== "word" && kind !== "name") throw this.#unexpected("a name after the point");
      if (path.length === deepest) throw this.#tooDeep();
      this.#at++;
      path.push(value);
    }
    return columnOf(...path);
  }

  #case(): Expression {
    const subject = this.#isNext("when") ? undefined : this.disjunction();
    const branches: Branch[] = [];
    while (this.#take("when")) {
      const tested = this.disjunction();
      const condition: Expression = subject === undefined ? tested : { kind: "compare", operator: "=", left: subject, right: tested };
      this.#expect("then");
      branches.push({ condition, result: this.disjunction() });
    }
    if (branches.length === 0) throw this.#unexpected("WHEN");
    const otherwise = this.#take("else") ? this.disjunction() : nullLiteral;
    this.#expect("end");
    return { kind: "case", branches, otherwise };
  }

  #cast(): Expression {
    this.#expect("(");
    const operand = this.disjunction();
    this.#expect("as");
    const { at, value } = this.#next;
    this.#at++;
    const sizes: number[] = [];
    if (this.#take("(")) {
      do {
        sizes.push(this.#next.kind === "number" ? Number(this.#next.value) : Number.NaN);
        this.#at++;
      } while (this.#take(","));
      this.#expect(")");
    }
    const named = typeNamed(value, sizes);
    if ("problem" in named) throw invalidExpression(this.#text, at, named.problem);
    this.#expect(")");
    return { kind: "cast", operand, type: named.type };
  }

  #list(): readonly Expression[] {
    this.#expect("(");
    const items: Expression[] = [];
    if (this.#take(")")) return items;
    do items.push(this.disjunction());
    while (this.#take(","));
    this.#expect(")");
    return items;
  }

  get #next(): Token {
    return this.#tokens[Math.min(this.#at, this.#tokens.length - 1)] as Token;
  }

  /** Whether the next token is this symbol, or this keyword in any case. */
  #isNext(wanted: string): boolean {
    return this.#next.keyword === wanted;
  }

  #take(wanted: string): boolean {
    const isNext = this.#isNext(wanted);
    if (isNext) this.#at++;
    return isNext;
  }

  #takeOneOf(operators: readonly Operator[]): Operator | undefined {
    return operators.find((operator) => this.#take(operator));
  }

  #expect(wanted: string): void {
    if (!this.#take(wanted)) throw this.#unexpected(wanted.toUpperCase());
  }

  #unexpected(expected: string): Error {
    const { kind, value, at } = this.#next;
    return invalidExpression(this.#text, at, `expected ${expected}, got ${kind === "end" ? "the end" : JSON.stringify(value)}`);
  }

  #nested(parse: () => Expression): Expression {
    const depth = this.#depth;
    this.#deepen();
    const expression = parse();
    this.#depth = depth;
    return expression;
  }

  #deepen(): void {
    if (++this.#depth > deepest) throw this.#tooDeep();
  }

  #tooDeep(): Error {
    return invalidExpression(this.#text, this.#next.at, `it is nested more than ${deepest} levels deep`);
  }
}

function negatedIf(isNegated: boolean, operand: Expression): Expression {
  return isNegated ? { kind: "not", operand } : operand;
}

function keywordLiteral(keyword: string): Expression {
  return keyword === "null" ? nullLiteral : { kind: "literal", type: "boolean", value: keyword === "true" };
}
