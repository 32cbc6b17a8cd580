import { isPlain } from "../storage/json-value.ts";
import { schemaVersion } from "../storage/schema-version.ts";

/** The version of the protocol between a served Storage and its clients. Both must have the same. */
export const protocolVersion = 1;

/** Events of one answer at most. */
export const pageSize = 1000;

/** The longest time that a server waits for events, in milliseconds. */
export const longestWaitMs = 20_000;

/** The fields that every request and every answer has. */
export interface Versions {
  /** The version of the protocol. */
  readonly protocol: number;
  /** The schema version of the records. */
  readonly schema: number;
}

/** The versions of this library. */
export const versions: Versions = { protocol: protocolVersion, schema: schemaVersion };

/** A question to a served Storage. */
export interface Question extends Versions {
  /** A new id, which the answer repeats. */
  readonly id: string;
  readonly ask: unknown;
}

/** The answer to a question: a value, or an error. */
export interface Answer extends Versions {
  /** Tells answers of a served Storage from those of anything in between. */
  readonly edgewater: "records";
  /** The id of the question; undefined when the server could not read it. */
  readonly id?: string | undefined;
  readonly answer?: unknown;
  readonly error?: AnsweredError | undefined;
}

/** An error as it is sent: for the client, without anything internal to the server. */
export interface AnsweredError {
  readonly code: string;
  readonly reason: string;
  readonly field?: string | undefined;
  readonly outcome?: string | undefined;
}

/** Why two versions do not fit; undefined when they do. */
export function versionProblem(other: Versions, who: "server" | "client"): string | undefined {
  const self = who === "server" ? "client" : "server";
  for (const [name, what] of [
    ["protocol", "version of the protocol"],
    ["schema", "schema version"],
  ] as const) {
    if (other[name] === versions[name]) continue;
    return `the ${who} has the ${what} ${other[name]}, and this ${self} has ${versions[name]}; use the same version of edgewater on both`;
  }
  return undefined;
}

/** Whether a value says which versions it has. */
export function hasVersions(value: unknown): value is Readonly<Record<string, unknown>> & Versions {
  return isPlain(value) && Number.isSafeInteger(value["protocol"]) && Number.isSafeInteger(value["schema"]);
}

/** Whether a value is the answer of a served Storage. */
export function isAnswer(value: unknown): value is Answer {
  if (!hasVersions(value) || value["edgewater"] !== "records") return false;
  const error = value["error"];
  return error === undefined || (isPlain(error) && typeof error["code"] === "string" && typeof error["reason"] === "string");
}
