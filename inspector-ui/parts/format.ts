/** Numbers, sizes and times as texts. Times are milliseconds; texts of exact times are in UTC. */

const grouped = new Map<number, Intl.NumberFormat>();

/** A number with groups of three digits, and exactly `digits` decimals. */
export function formatNumber(value: number, digits = 0): string {
  let format = grouped.get(digits);
  if (format === undefined) {
    format = new Intl.NumberFormat("en-GB", { minimumFractionDigits: digits, maximumFractionDigits: digits });
    grouped.set(digits, format);
  }
  return format.format(value);
}

/** A number with so many decimals; as short as it can be told where that would be long or say nothing. */
export function formatDecimal(value: number, digits: number): string {
  const size = Math.abs(value);
  return Number.isFinite(value) && size < 1e9 && (size === 0 || size >= 10 ** -digits / 2)
    ? formatNumber(value, digits)
    : formatValue(value);
}

/** A number as short as it can be told: whole numbers grouped, others with four digits that count. */
export function formatValue(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  if (Number.isInteger(value) && Math.abs(value) < 1e15) return formatNumber(value);
  const size = Math.abs(value);
  return size >= 1e-4 && size < 1e15 ? String(Number(value.toPrecision(size >= 1000 ? 6 : 4))) : value.toPrecision(4);
}

const units = ["B", "kB", "MB", "GB", "TB"] as const;

/** A size in bytes, in units of 1,000. */
export function formatBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  const text = unit === 0 ? String(Math.round(value)) : value >= 100 ? String(Math.round(value)) : value.toPrecision(3);
  return `${text} ${units[unit]}`;
}

/** How long something took. */
export function formatDuration(ms: number): string {
  if (ms < 0) return "0 ms";
  if (ms < 999.5) return `${Math.round(ms)} ms`;
  const seconds = ms / 1000;
  if (seconds < 99.95) return `${seconds.toFixed(1)} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 100) return `${minutes} min`;
  const hours = Math.round(minutes / 60);
  return hours < 48 ? `${hours} h` : `${Math.round(hours / 24)} d`;
}

/** How long ago something was, in its largest unit: `now`, `40 s`, `2 min`, `3 h`, `5 d`. */
export function formatAgo(at: number, now: number): string {
  const seconds = Math.floor((now - at) / 1000);
  if (seconds < 5) return "now";
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h` : `${Math.floor(hours / 24)} d`;
}

/** The same in a sentence: `just now`, `2 min ago`. */
export function formatSince(at: number, now: number): string {
  const ago = formatAgo(at, now);
  return ago === "now" ? "just now" : `${ago} ago`;
}

/** `14:29:41`, in the time zone of the reader. */
export function formatClock(at: number): string {
  const date = new Date(at);
  return Number.isNaN(date.getTime()) ? "—" : date.toTimeString().slice(0, 8);
}

/** `2018-02-07 01:49:30 UTC`; `not a time` for an invalid time. */
export function formatUtc(at: number): string {
  const date = new Date(at);
  return Number.isNaN(date.getTime()) ? "not a time" : `${date.toISOString().slice(0, 19).replace("T", " ")} UTC`;
}

/** `1 row`, `39 rows`. */
export function formatCount(count: number, one: string, many = `${one}s`): string {
  return `${formatNumber(count)} ${count === 1 ? one : many}`;
}
