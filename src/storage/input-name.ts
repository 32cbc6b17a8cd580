/**
 * The name of an input, or of one of its partitions, in `inputDataVersions` of events: `quakes`, `prices[2024-01-15]`. An asset
 * with a bracket in its name has another form, `["a[b]"]` or `["a[b]","key"]`, so that no two inputs have the same name.
 */
export function inputName(asset: string, partition: string | undefined): string {
  if (asset.includes("[")) return JSON.stringify(partition === undefined ? [asset] : [asset, partition]);
  return partition === undefined ? asset : `${asset}[${partition}]`;
}
