import type { Expression } from "./expression.ts";
import { printLiteral } from "./literal.ts";
import { nameOfType } from "./type-names.ts";

/** From weak to strong, as in the grammar of the parser. */
const strength = { or: 1, and: 2, not: 3, predicate: 4, sum: 5, product: 6, sign: 7, operand: 8 } as const;

/** Prints an expression so that parsing it gives it again, with as few parentheses as that needs. A function in JavaScript has no text. */
export function printExpression(expression: Expression): string {
  switch (expression.kind) {
    case "literal":
      return printLiteral(expression.type, expression.value);
    case "column":
      return expression.path.map(quoteName).join(".");
    case "compare":
      return `${atLeast("sum", expression.left)} ${expression.operator} ${atLeast("sum", expression.right)}`;
    case "and":
      return expression.operands.map((operand) => atLeast("not", operand)).join(" AND ");
    case "or":
      return expression.operands.map((operand) => atLeast("and", operand)).join(" OR ");
    case "not":
      return `NOT ${atLeast("not", expression.operand)}`;
    case "negate":
      return `-(${printExpression(expression.operand)})`;
    case "isNull":
      return `${atLeast("sum", expression.operand)} IS NULL`;
    case "in":
      return `${atLeast("sum", expression.operand)} IN (${expression.items.map(printExpression).join(", ")})`;
    case "like":
      return `${atLeast("sum", expression.operand)} LIKE ${atLeast("sum", expression.pattern)}`;
    case "arithmetic": {
      const isSum = expression.operator === "+" || expression.operator === "-";
      const left = atLeast(isSum ? "sum" : "product", expression.left);
      return `${left} ${expression.operator} ${atLeast(isSum ? "product" : "sign", expression.right)}`;
    }
    case "case": {
      const branches = expression.branches.map(
        ({ condition, result }) => `WHEN ${printExpression(condition)} THEN ${printExpression(result)}`,
      );
      return `CASE ${branches.join(" ")} ELSE ${printExpression(expression.otherwise)} END`;
    }
    case "cast":
      return `CAST(${printExpression(expression.operand)} AS ${nameOfType(expression.type)})`;
    case "call":
      return `${expression.name}(${expression.operands.map(printExpression).join(", ")})`;
    case "callback":
      return "a function";
  }
}

/** A name as it is, or in backticks when it has other characters or may be read as a keyword. */
export function quoteName(name: string): string {
  return /^[a-z_][a-z0-9_]*$/i.test(name) && !keywords.test(name) ? name : `\`${name.replaceAll("`", "``")}\``;
}

const keywords = /^(?:and|or|not|in|is|null|like|between|case|when|then|else|end|true|false|as|cast)$/i;

function atLeast(least: keyof typeof strength, expression: Expression): string {
  const text = printExpression(expression);
  return strengthOf(expression) < strength[least] ? `(${text})` : text;
}

function strengthOf(expression: Expression): number {
  switch (expression.kind) {
    case "or":
    case "and":
      // One operand or none is printed as nothing else would be read.
      return expression.operands.length > 1 ? strength[expression.kind] : 0;
    case "not":
      return strength.not;
    case "compare":
    case "isNull":
    case "in":
    case "like":
      return strength.predicate;
    case "arithmetic":
      return expression.operator === "+" || expression.operator === "-" ? strength.sum : strength.product;
    case "negate":
      return strength.sign;
    default:
      return strength.operand;
  }
}
