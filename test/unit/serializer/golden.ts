import { join } from "node:path";

export const folder = join(import.meta.dirname, "golden", "v1");

export function fileOf(name: string): string {
  return `${name.replaceAll(" ", "-")}.superjson`;
}
