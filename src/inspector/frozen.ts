/**
 * Freezes JSON, member by member and without recursion, because values may be deep: whoever shows an answer cannot change what others
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
