import { EdgewaterError, type SettingsIssue } from "../errors.ts";

/** Collects the problems of the settings of one handler: at most one per setting, and none inside a setting that has one. */
export class Problems {
  readonly #issues = new Map<string, SettingsIssue>();

  /** Adds a problem unless this setting, or one around it, has one already. */
  add(path: readonly string[], problem: string, source: string): void {
    const field = fieldName(path);
    if (!this.has(path)) this.#issues.set(field, { field, problem, source });
  }

  /** Returns whether this setting, or one around it, has a problem. */
  has(path: readonly string[]): boolean {
    return path.some((_, index) => this.#issues.has(fieldName(path.slice(0, index + 1)))) || this.#issues.has(fieldName(path));
  }

  /** @throws `SettingsError` when there is any problem */
  throwIfAny(owner: string): void {
    if (this.#issues.size > 0) throw settingsError(`Cannot configure ${owner}`, [...this.#issues.values()]);
  }
}

/** Returns one error that lists all problems. */
export function settingsError(summary: string, issues: readonly SettingsIssue[]): EdgewaterError<"SettingsError"> {
  const lines = issues.map(({ field, problem, source }) => {
    const named = field === "" ? problem : `${field}: ${problem}`;
    return source === "nowhere" ? `  - ${named}` : `  - ${named} (from ${source})`;
  });
  const field = issues[0]?.field || undefined;
  return new EdgewaterError("SettingsError", [`${summary}:`, ...lines].join("\n"), { field, issues });
}

/** Joins a path: `retry.maxTimes`. Names that are not plain words are quoted. */
function fieldName(path: readonly string[]): string {
  return path.map((name) => (/^[\p{L}\p{N}_$-]+$/u.test(name) ? name : JSON.stringify(name))).join(".");
}
