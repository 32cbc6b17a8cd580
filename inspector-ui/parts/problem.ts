/** An error as a screen tells it. */
export interface ProblemView {
  readonly title: string;
  readonly message: string;
  /** The code of an error of the library. */
  readonly code?: string;
}

const titles: Readonly<Record<string, string>> = {
  NotFound: "Not found",
  PermissionDenied: "Not allowed",
  Unauthenticated: "Not signed in",
  NotSupported: "Not possible here",
  Unavailable: "No answer",
  QuotaExceeded: "No room",
  Integrity: "These bytes are damaged",
  SchemaMismatch: "Records of another version",
};

export function problemOf(error: unknown): ProblemView {
  const { code, message } = (typeof error === "object" && error !== null ? error : {}) as { code?: unknown; message?: unknown };
  const text = typeof message === "string" && message !== "" ? message : String(error);
  return typeof code === "string" ? { title: titles[code] ?? "This failed", message: text, code } : { title: "This failed", message: text };
}
