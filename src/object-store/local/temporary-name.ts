/** The names in the temporary folder, as {@link Layout} describes them. */
export interface TemporaryName {
  readonly kind: "bytes" | "plain claim" | "record claim" | "aside" | "old";
  /** The hash of the key; undefined for files that are no claims. */
  readonly hash: string | undefined;
  readonly id: string;
}

const kinds = { t: "bytes", d: "plain claim", k: "record claim", p: "aside", lock: "old", put: "old", new: "old" } as const;

/** Parses a name; undefined if it is not a temporary name of the store. */
export function parseTemporaryName(name: string): TemporaryName | undefined {
  const [start = "", ...rest] = name.split(".");
  if (!Object.hasOwn(kinds, start)) return undefined;
  const kind = kinds[start as keyof typeof kinds];
  if (start === "t" || start === "p" || start === "new") return { kind, hash: undefined, id: rest.join(".") };
  return { kind, hash: rest[0], id: rest.slice(1).join(".") };
}

/** The name of the bytes of a write, while nobody waits for them. */
export function bytesName(id: string): string {
  return `t.${id}`;
}

/** The name of a claim that is the bytes themselves. */
export function plainClaimName(hash: string, id: string): string {
  return `d.${hash}.${id}`;
}

/** The name of a claim that is the new record. */
export function recordClaimName(hash: string, id: string): string {
  return `k.${hash}.${id}`;
}

/** The name of a file that nobody looks for: one that was made to read the clock of the disk, or a record that was replaced. */
export function asideName(id: string): string {
  return `p.${id}`;
}

/** The names that the bytes of a claim may have. */
export function bytesNamesOf(claim: string): string[] {
  const { hash = "", id } = parseTemporaryName(claim) ?? { id: "" };
  return [bytesName(id), plainClaimName(hash, id)];
}
