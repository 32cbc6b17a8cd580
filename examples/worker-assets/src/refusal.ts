/** Answers of requests that fail. They say what to do, and nothing about the inside. */
import { isEdgewaterError } from "edgewater";

/** A request that is refused, with a text for its client. */
export class Refusal extends Error {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message);
    this.status = status;
    this.headers = headers;
  }
}

/** Errors of the library that the client can do something about. Their own messages may name keys and stores. */
const known = [
  [["NotFound"], 404, "There is no such value yet"],
  [["PartitionError"], 400, "Invalid partition"],
  [["Conflict", "PreconditionFailed", "TakenOver", "AlreadyExists"], 409, "Another request writes the same; try again"],
  [["InProgress"], 409, "The run is being made"],
  [["Unavailable", "Timeout"], 503, "The storage does not answer; try again"],
  [["QuotaExceeded"], 507, "There is no room for this"],
] as const;

/** The answer for a thrown value. An unexpected error is logged under an id that the client gets. */
export function refusalAnswer(error: unknown): Response {
  if (error instanceof Refusal) return answer(error.status, error.message, error.headers);
  for (const [codes, status, message] of known) if (isEdgewaterError(error, ...codes)) return answer(status, message);
  const id = crypto.randomUUID();
  console.error(id, error);
  return answer(500, `Something failed here; the log has more under ${id}`);
}

function answer(status: number, error: string, headers: Readonly<Record<string, string>> = {}): Response {
  const retry = status === 503 || status === 409 ? { "retry-after": "1" } : {};
  return Response.json({ error }, { status, headers: { "cache-control": "no-store", ...retry, ...headers } });
}
