/** The functions of the assets as text that can be edited: JavaScript as it stands in the sources, without their types. */
import { readFile } from "node:fs/promises";
import { type ESTree, parseSync } from "vite";

type AstNode = ESTree.Node & { readonly start: number; readonly end: number };

/** A declaration at the top of a module that functions use. */
interface Helper {
  readonly node: AstNode;
  readonly text: string;
}

/** The text of the function of each asset and task of some modules, by name. Each is a script that declares a function of that name. */
export async function functionsOf(paths: readonly string[]): Promise<Readonly<Record<string, string>>> {
  const functions: Record<string, string> = {};
  for (const path of paths) Object.assign(functions, functionsIn(await readFile(path, "utf8"), path));
  return functions;
}

/** The same for the text of one module. */
export function functionsIn(source: string, path: string): Readonly<Record<string, string>> {
  const { program, errors } = parseSync(path, source);
  if (errors.length > 0) throw new Error(`Cannot parse ${path}: ${errors[0]?.message}`);
  const helpers = new Map<string, Helper>();
  const found: { readonly name: string; readonly compute: AstNode; readonly comment: string }[] = [];
  for (const statement of program.body as readonly AstNode[]) {
    const declared = (statement.type === "ExportNamedDeclaration" ? statement.declaration : statement) as AstNode | null;
    if (declared?.type === "FunctionDeclaration" && declared.id) {
      helpers.set(declared.id.name, { node: declared, text: withoutTypes(source, declared) });
    }
    if (declared?.type !== "VariableDeclaration") continue;
    const [{ id, init }] = declared.declarations as unknown as [{ id: { name: string }; init: AstNode | null }];
    const compute = init?.type === "CallExpression" ? computeOf(init) : undefined;
    const comment = commentBefore(source, statement.start);
    if (compute !== undefined) found.push({ name: nameIn(init as AstNode) ?? id.name, compute, comment });
  }
  return Object.fromEntries(
    found.map(({ name, compute, comment }) => {
      const used = helpersOf(compute, helpers).map(({ text }) => text);
      return [name, `${[`${comment}${asDeclaration(name, compute, source)}`, ...used].join("\n\n")}\n`];
    }),
  );
}

/** The second argument of `asset()` and `task()`. */
function computeOf(call: AstNode): AstNode | undefined {
  const { callee, arguments: given } = call as unknown as { callee: { name?: string }; arguments: readonly AstNode[] };
  return callee.name === "asset" || callee.name === "task" ? given[1] : undefined;
}

function nameIn(call: AstNode): string | undefined {
  const [options] = (call as unknown as { arguments: readonly { properties?: readonly AstNode[] }[] }).arguments;
  for (const property of options?.properties ?? []) {
    const { key, value } = property as unknown as { key?: { name?: string }; value?: { value?: unknown } };
    if (key?.name === "name" && typeof value?.value === "string") return value.value;
  }
  return undefined;
}

/** An arrow function as the declaration of a function. */
function asDeclaration(name: string, compute: AstNode, source: string): string {
  if (compute.type !== "ArrowFunctionExpression") throw new Error(`The function of ${name} is not an arrow function`);
  const { params, body, async } = compute as unknown as { params: readonly AstNode[]; body: AstNode; async: boolean };
  const given = params.map((param) => withoutTypes(source, param)).join(", ");
  const text = dedent(withoutTypes(source, body), indentAt(source, body.end - 1));
  const block = body.type === "BlockStatement" ? text : `{\n  return ${dedent(text, -2)};\n}`;
  return `${async ? "async " : ""}function ${name}(${given}) ${block}`;
}

/** The helpers that a function uses, directly or through others, in the order of the module. */
function helpersOf(compute: AstNode, helpers: ReadonlyMap<string, Helper>): readonly Helper[] {
  const used = new Set<Helper>();
  const open = [compute];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    walk(node, (each) => {
      const helper = each.type === "Identifier" ? helpers.get(each.name) : undefined;
      if (helper === undefined || used.has(helper)) return;
      used.add(helper);
      open.push(helper.node);
    });
  }
  return [...helpers.values()].filter((helper) => used.has(helper));
}

/** What stands in the place of a type: nothing, or the expression that it is about. */
function withoutTypes(source: string, root: AstNode): string {
  const cuts: [from: number, to: number][] = [];
  walk(root, (node) => {
    switch (node.type) {
      case "TSTypeAnnotation":
      case "TSTypeParameterInstantiation":
      case "TSTypeParameterDeclaration":
        cuts.push([node.start, node.end]);
        break;
      case "TSAsExpression":
      case "TSSatisfiesExpression":
      case "TSNonNullExpression":
        cuts.push([(node.expression as AstNode).end, node.end]);
    }
  });
  let text = "";
  let at = root.start;
  for (const [from, to] of cuts.sort(([left], [right]) => left - right)) {
    if (from < at) continue;
    text += source.slice(at, from);
    at = to;
  }
  return text + source.slice(at, root.end);
}

/** Calls `visit` with a node and all below it. */
function walk(root: AstNode, visit: (node: AstNode) => void): void {
  const open: unknown[] = [root];
  for (let value = open.pop(); value !== undefined; value = open.pop()) {
    if (typeof value !== "object" || value === null) continue;
    if (Array.isArray(value)) {
      open.push(...value);
      continue;
    }
    if ("type" in value && typeof value.type === "string") visit(value as AstNode);
    open.push(...Object.values(value));
  }
}

function commentBefore(source: string, start: number): string {
  return /\/\*\*(?:(?!\*\/)[\s\S])*\*\/\n$/.exec(source.slice(0, start))?.[0] ?? "";
}

/** How far the line of a position is indented. */
function indentAt(source: string, position: number): number {
  const line = source.slice(source.lastIndexOf("\n", position) + 1);
  return line.length - line.trimStart().length;
}

/** Moves every line but the first to the left. */
function dedent(text: string, by: number): string {
  const [first = "", ...rest] = text.split("\n");
  const moved = rest.map((line) =>
    by < 0 ? `${" ".repeat(-by)}${line}` : line.slice(Math.min(by, line.length - line.trimStart().length)),
  );
  return [first, ...moved].join("\n");
}
