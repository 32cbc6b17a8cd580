/**
 * Whether JSON keeps a value as it is: null, texts, booleans, finite numbers, and arrays and plain objects of these. A field that
 * is undefined counts as absent.
 */
export function isJson(value: unknown): boolean {
  try {
    // Refuses cycles, bigints and values that are nested too deeply.
    if (JSON.stringify(value) === undefined) return false;
  } catch {
    return false;
  }
  const open: unknown[] = [value];
  while (open.length > 0) {
    const each = open.pop();
    if (each === null || typeof each === "string" || typeof each === "boolean" || Number.isFinite(each)) continue;
    if (Array.isArray(each)) for (const item of each) open.push(item);
    else if (isPlain(each)) {
      for (const field of Object.values(each)) if (field !== undefined) open.push(field);
    } else return false;
  }
  return true;
}

/** Whether a value is an object without a class, of any realm. */
export function isPlain(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null) return false;
  const prototype = Object.getPrototypeOf(value) as object | null;
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
