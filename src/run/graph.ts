import { isDefinition } from "../definition/define.ts";
import type { Definition, Source } from "../definition/types.ts";
import { EdgewaterError } from "../errors.ts";

/** The assets and tasks of a repository, each after everything that it takes as an input. */
export interface Graph {
  /** By name, in the order of their dependencies. */
  readonly nodes: ReadonlyMap<string, Definition>;
}

/**
 * Checks that assets and tasks form a graph: every one has a name of its own, every input is among them, and none
 * depends on itself by any path.
 *
 * @throws `GraphError` naming what is wrong and the path to it
 */
export function graphOf(definitions: readonly Definition[]): Graph {
  const byName = new Map<string, Definition>();
  for (const definition of definitions) {
    if (!isDefinition(definition))
      throw new EdgewaterError(
        "GraphError",
        "A repository holds what asset() and task() make; one of its assets or tasks is something else",
      );
    const { kind, name } = definition;
    if (byName.has(name))
      throw new EdgewaterError("GraphError", `There are two assets or tasks of the name ${JSON.stringify(name)}; names must differ`, {
        asset: name,
      });
    byName.set(name, definition);
    if (kind !== "asset" && kind !== "task")
      throw new EdgewaterError("GraphError", `${JSON.stringify(name)} is neither an asset nor a task`, { asset: name });
  }
  for (const definition of definitions) checkInputs(definition, byName);
  return { nodes: inOrder(byName) };
}

/**
 * The definition that a name or an asset stands for.
 *
 * @throws `GraphError` when the graph does not have it
 */
export function nodeOf(graph: Graph, wanted: string | Source): Definition {
  const name = typeof wanted === "string" ? wanted : wanted.name;
  const node = graph.nodes.get(name);
  if (node === undefined) {
    throw new EdgewaterError(
      "GraphError",
      `This repository has no asset ${JSON.stringify(name)}; it has ${[...graph.nodes.keys()].join(", ") || "none"}`,
      { asset: name },
    );
  }
  if (typeof wanted !== "string" && node !== wanted) throw otherDefinition(name, name);
  return node;
}

function checkInputs({ name, inputs }: Definition, byName: ReadonlyMap<string, Definition>): void {
  for (const input of Object.values(inputs)) {
    const found = byName.get(input.name);
    if (found === undefined) {
      const list = input.kind === "task" ? "tasks" : "assets";
      throw new EdgewaterError(
        "GraphError",
        `${JSON.stringify(name)} takes ${JSON.stringify(input.name)}, which the repository does not have; add it to its ${list}`,
        { asset: name },
      );
    }
    if (found !== input) throw otherDefinition(name, input.name);
  }
}

function otherDefinition(asset: string, name: string): EdgewaterError<"GraphError"> {
  return new EdgewaterError(
    "GraphError",
    `${JSON.stringify(name)} is the name of another definition in the repository; define an asset once and import it`,
    { asset },
  );
}

/** Depth first, without recursion, so that a long chain does not overflow the stack. */
function inOrder(byName: ReadonlyMap<string, Definition>): ReadonlyMap<string, Definition> {
  const ordered = new Map<string, Definition>();
  for (const root of byName.values()) {
    const path = ordered.has(root.name) ? [] : [{ definition: root, rest: Object.values(root.inputs).values() }];
    const onPath = new Set([root.name]);
    for (let at = path.at(-1); at !== undefined; at = path.at(-1)) {
      const { value: input } = at.rest.next();
      if (input === undefined) {
        ordered.set(at.definition.name, at.definition);
        onPath.delete(at.definition.name);
        path.pop();
      } else if (onPath.has(input.name)) {
        throw cycle([...onPath], input.name);
      } else if (!ordered.has(input.name)) {
        onPath.add(input.name);
        path.push({ definition: input, rest: Object.values(input.inputs).values() });
      }
    }
  }
  return ordered;
}

function cycle(path: readonly string[], back: string): EdgewaterError<"GraphError"> {
  const names = [...path.slice(path.indexOf(back)), back];
  return new EdgewaterError("GraphError", `${JSON.stringify(back)} depends on itself: ${names.join(" takes ")}`, { asset: back });
}
