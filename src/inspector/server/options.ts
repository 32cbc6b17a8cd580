import { aFunction, aName, arrayOf, checkOptions, type OptionKinds, objectOf, oneOf, wholeNumber } from "../../options.ts";
import type { Action } from "../inspection.ts";

/** What a request wants to do: look, see values, take or give files, or one of the actions. */
export type InspectorRight = "view" | "values" | "export" | "import" | Action["type"];

/** What is asked of `authorize`. */
export interface InspectorQuestion {
  /** What the request wants to do. */
  readonly action: InspectorRight;
  /** The asset or task that it is about; undefined for what concerns no asset by itself. */
  readonly asset: string | undefined;
}

/** What `authorize` answers: whether it is allowed, or who does it. The actor is recorded with the runs that he starts. */
export type InspectorAnswer = boolean | { readonly actor: string };

/** How much the inspector shows and does at once. */
export interface InspectorLimits {
  /** The largest value that is read for a preview or a diff, in bytes; 8,000,000 unless given. */
  readonly previewBytes?: number;
  /** Rows of a preview at most; 1,000 unless given. */
  readonly rows?: number;
  /** Characters of a cell at most; 200 unless given. */
  readonly cell?: number;
  /** Levels of a nested value at most; 6 unless given. */
  readonly depth?: number;
  /** Streams of events at the same time; 8 unless given. */
  readonly streams?: number;
  /** Previews and diffs that are made at the same time; 2 unless given, and others wait. */
  readonly previews?: number;
}

/** Options of {@link inspector}. */
export interface InspectorOptions {
  /**
   * Says what a request may do. Asked for every request, and with `view` for every asset and task that an answer names: what is not
   * allowed is left out. When it throws, nothing is allowed. Without it the handler asks for a token.
   */
  readonly authorize?: (request: Request, question: InspectorQuestion) => InspectorAnswer | Promise<InspectorAnswer>;
  /** Whether values are shown: `"preview"` shows as much as the limits say; `"none"` unless given. */
  readonly values?: "none" | "preview";
  /** Whether failures show the lines of the stack that are your own, without folders; `"none"` unless given. */
  readonly stacks?: "none" | "own";
  /** What may be done, `"export"` and `"import"` included; nothing unless given. */
  readonly actions?: readonly Exclude<InspectorRight, "view" | "values">[];
  /** Changes a metadata value in its JSON form before it is sent, such as `{ Text: { value: "…" } }`; undefined leaves it out. */
  readonly redact?: (metadata: InspectorMetadata, place: { readonly asset: string; readonly key: string }) => InspectorMetadata | undefined;
  /** Hosts beside `localhost` and other loopback ones under which the inspector may be reached with the token. */
  readonly hosts?: readonly string[];
  /** How much is shown and done at once. */
  readonly limits?: InspectorLimits;
  /**
   * Told the link with the token, at the first request without one. Unless given, it is written to the terminal; without a terminal,
   * every request is refused.
   */
  readonly onLink?: (link: string) => void;
  /** Told of every error that is not the client's, which is sent a short text instead. What it throws is ignored. */
  readonly onError?: (error: unknown, request: Request) => void;
}

/** A metadata value in its JSON form: one field named after the kind. */
export type InspectorMetadata = Readonly<Record<string, unknown>>;

const actions: readonly Exclude<InspectorRight, "view" | "values">[] = [
  ...(["materialize", "backfill", "resume", "cancel", "end", "observe", "automate", "write", "rollback", "delete"] as const),
  ...(["prune", "persist", "export", "import"] as const),
];

const kinds: OptionKinds<InspectorOptions> = {
  authorize: aFunction,
  values: oneOf("none", "preview"),
  stacks: oneOf("none", "own"),
  actions: arrayOf(oneOf(...actions)),
  redact: aFunction,
  hosts: arrayOf(aName),
  limits: objectOf<InspectorLimits>({
    previewBytes: wholeNumber(1),
    rows: wholeNumber(1),
    cell: wholeNumber(1),
    depth: wholeNumber(1),
    streams: wholeNumber(1),
    previews: wholeNumber(1),
  }),
  onLink: aFunction,
  onError: aFunction,
};

/** The limits that hold unless others are given. */
export const defaultLimits: Required<InspectorLimits> = {
  previewBytes: 8_000_000,
  rows: 1_000,
  cell: 200,
  depth: 6,
  streams: 8,
  previews: 2,
};

/** @throws `SettingsError` for wrong options */
export function checkInspectorOptions(options: unknown): asserts options is InspectorOptions {
  checkOptions("inspector", options, kinds);
}
