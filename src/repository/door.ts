/** What the tools of this library need of a repository and its users do not, kept out of its public members. */
import type { Operations } from "../operations-in-flight.ts";
import type { RepositoryContext } from "./context.ts";

const door = Symbol.for("edgewater/repository");

/** The inside of a repository. */
export interface RepositoryInside {
  readonly context: RepositoryContext;
  /** Calls in flight, for which closing waits. */
  readonly operations: Operations;
}

/** Attaches the inside of a repository. */
export function openDoor(repository: object, inside: RepositoryInside): void {
  Object.defineProperty(repository, door, { value: inside });
}

/** The inside of a repository, also of one of another bundle; undefined for any other value. */
export function insideOf(repository: unknown): RepositoryInside | undefined {
  if (typeof repository !== "object" || repository === null || !(door in repository)) return undefined;
  return (repository as Record<symbol, RepositoryInside>)[door];
}
