import type { NodeRow } from "../../../src/inspector/inspection.ts";

/** The name of the node after or before another of the same kind, in the order of the repository; round at its ends. */
export function neighbour(nodes: readonly NodeRow[], name: string, direction: 1 | -1): string | undefined {
  const kind = nodes.find((node) => node.name === name)?.kind;
  const names = nodes.filter((node) => node.kind === kind).map((node) => node.name);
  const at = names.indexOf(name);
  return at < 0 ? undefined : names[(at + direction + names.length) % names.length];
}
