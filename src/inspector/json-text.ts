/** What a signed URL proves its right with, in the forms of S3, GCS, Azure and others. */
const signatures =
  /([?&;](?:x-(?:amz|goog)-[\w-]+|sig|signature|token|access_token|awsaccesskeyid|googleaccessid|key-pair-id|policy)=)[^&\s"'<>)]+/gi;
/** The user and the password of a URL. */
const credentials = /(\b[a-z][\w+.-]{0,30}:\/\/)[^\s/?#"'<>@]+@/gi;

/** Takes signatures and credentials out of the URLs of a text. */
export function withoutSignatures(text: string): string {
  return text.includes("://") ? text.replace(credentials, "$1…@").replace(signatures, "$1…") : text;
}

/** JSON in which no URL has a signature or credentials. */
export function jsonText(json: unknown): string {
  return JSON.stringify(json, (_, value: unknown) => (typeof value === "string" ? withoutSignatures(value) : value));
}

/**
 * Freezes JSON, member by member and without recursion, because values may be deep: a reader of an answer cannot change what others
 * are shown.
 *
 * @example
 * ```ts
 * const snapshot = frozen(JSON.parse(text));
 * ```
 */
export function frozen<Value>(json: Value): Value {
  const rest: unknown[] = [json];
  while (rest.length > 0) {
    const each = rest.pop();
    if (typeof each !== "object" || each === null || Object.isFrozen(each)) continue;
    Object.freeze(each);
    for (const member of Object.values(each)) rest.push(member);
  }
  return json;
}
