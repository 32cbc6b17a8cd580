import { join } from "node:path";

/** Versions of the format, oldest first. */
export const versions = ["v1", "v2"] as const;

export function folderOf(version: string): string {
  return join(import.meta.dirname, "golden", version);
}

export function fileOf(name: string): string {
  return `${name.replaceAll(" ", "-")}.superjson`;
}
