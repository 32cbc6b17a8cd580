/**
 * The name of an input, or of one of its partitions, in `inputDataVersions` of events: `quakes`, `prices[2024-01-15]`. An asset
 * with a bracket in its name has another form, `["a[b]"]` or `["a[b]","key"]`, so that no two inputs have the same name.
 */
export function inputName(asset: string, partition: string | undefined): string {
  if (asset.includes("[")) return JSON.stringify(partition === undefined ? [asset] : [asset, partition]);
  return partition === undefined ? asset : `${asset}[${partition}]`;
}

/** The asset and the partition that {@link inputName} names. */
export function inputOf(name: string): { readonly asset: string; readonly partition: string | undefined } {
  if (name.startsWith("[")) return namesIn(name) ?? { asset: name, partition: undefined };
  const bracket = name.indexOf("[");
  if (bracket < 0) return { asset: name, partition: undefined };
  return { asset: name.slice(0, bracket), partition: name.slice(bracket + 1, -1) };
}

/** Undefined for a name that an earlier version has written. */
function namesIn(name: string): { readonly asset: string; readonly partition: string | undefined } | undefined {
  try {
    const [asset = "", partition] = JSON.parse(name) as readonly string[];
    return { asset, partition };
  } catch {
    return undefined;
  }
}
