/** Short texts for people. */

/** A number with its noun: `1 asset`, `2 assets`. */
export function counted(count: number, one: string, many: string = `${one}s`): string {
  return `${count.toLocaleString("en-US")} ${count === 1 ? one : many}`;
}

/** `once`, `twice`, `3 times`. */
export function times(count: number): string {
  return count === 1 ? "once" : count === 2 ? "twice" : `${count} times`;
}

/** The first line of a text, with an end when it is long. */
export function firstLine(text: string, longest = 200): string {
  const [line = ""] = text.split("\n", 1);
  return line.length > longest ? `${line.slice(0, longest)}…` : line;
}

/** Names in a sentence: `a, b and 3 others`. */
export function listed(names: readonly string[], most = 3): string {
  if (names.length <= most) return names.length < 2 ? names.join() : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
  return `${names.slice(0, most - 1).join(", ")} and ${names.length - most + 1} others`;
}
