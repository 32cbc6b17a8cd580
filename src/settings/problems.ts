import { EdgewaterError, type SettingsIssue } from "../errors.ts";

/** What is wrong with the settings of one handler, at most one problem for a path and for what is inside it. */
export class Problems {
  readonly #issues = new Map<string, SettingsIssue>();

  add(path: readonly string[], problem: string, source: string): void {
    const field = fieldName(path);
    if (!this.has(path)) this.#issues.set(field, { field, problem, source });
  }

  /** Tells whether there is a problem with this setting already, or with one around it. */
  has(path: readonly string[]): boolean {
    return path.some((_, index) => this.#issues.has(fieldName(path.slice(0, index + 1)))) || this.#issues.has(fieldName(path));
  }

  /** @throws `SettingsError` when there is any problem */
  throwIfAny(owner: string): void {
    if (this.#issues.size > 0) throw settingsError(`Cannot configure ${owner}`, [...this.#issues.values()]);
  }
}

/** One error for all of the problems. */
export function settingsError(summary: string, issues: readonly SettingsIssue[]): EdgewaterError<"SettingsError"> {
  const lines = issues.map(({ field, problem, source }) => {
    const named = field === "" ? problem : `${field}: ${problem}`;
    return source === "nowhere" ? `  - ${named}` : `  - ${named} (from ${source})`;
  });
  const field = issues[0]?.field || undefined;
  return new EdgewaterError("SettingsError", [`${summary}:`, ...lines].join("\n"), { field, issues });
}

/** `retry.maxTimes`; a name that is no plain word is quoted. */
function fieldName(path: readonly string[]): string {
  return path.map((name) => (/^[\p{L}\p{N}_$-]+$/u.test(name) ? name : JSON.stringify(name))).join(".");
}
