/** Names for Cloudflare Workflows, which takes fewer texts than assets, partitions and runs have as their names. */

import { toHex } from "../../encoding/hex.ts";
import { aName, checkValue, required } from "../../options.ts";

/** The rules of a kind of name. */
interface NameRules {
  readonly isValid: (text: string) => boolean;
  /** Replaces what a name may not have. */
  readonly cleaned: (text: string) => string;
  readonly mostLength: number;
}

/** How a shortened name ends. A text that ends so by itself is shortened too, so that no two texts share a name. */
const ending = /-sha256-[0-9a-f]{64}$/;

const stepRules: NameRules = {
  isValid: (text) => !/\p{Cc}/u.test(text),
  cleaned: (text) => text.replace(/\p{Cc}/gu, " "),
  mostLength: 256,
};

const instanceRules: NameRules = {
  isValid: (text) => /^[a-zA-Z0-9_][a-zA-Z0-9_-]*$/.test(text),
  cleaned: (text) => `_${text.replace(/[^a-zA-Z0-9_-]/g, "_")}`,
  mostLength: 100,
};

/** The name of a step for the engine: the same, or its beginning with a hash of the whole. */
export function stepName(step: string): Promise<string> {
  return named(step, stepRules);
}

/**
 * The id of a Workflow's instance for any text, such as the key of a partition: the text itself where Cloudflare takes it (letters,
 * digits, `-` and `_`, 100 at most), otherwise its beginning with a SHA-256 hash of the whole. Different texts have different ids, so
 * that `create` begins one run for each text.
 *
 * @throws `SettingsError` for an empty text
 *
 * @example
 * ```ts
 * import { workflowId } from "edgewater/cloudflare";
 *
 * await env.RUNS.create({ id: await workflowId("daily/2024-01-31") });
 * ```
 */
export async function workflowId(text: string): Promise<string> {
  checkValue("workflowId", "text", text, required(aName));
  return named(text, instanceRules);
}

async function named(text: string, { isValid, cleaned, mostLength }: NameRules): Promise<string> {
  if (text.length <= mostLength && isValid(text) && !ending.test(text)) return text;
  // JSON tells apart lone surrogates, which are all the same as UTF-8.
  const bytes = new TextEncoder().encode(JSON.stringify(text));
  const hash = `-sha256-${toHex(new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)))}`;
  // Half of a character at the end of the beginning would be no text.
  const beginning = cleaned(text)
    .slice(0, mostLength - hash.length)
    .replace(/\p{Surrogate}$/u, "");
  return beginning + hash;
}
