/** A version as four bars, so that equal versions are seen to be equal before they are read. */
export interface Bar {
  readonly hue: number;
  readonly lightness: number;
}

/** The digits of a version that are shown: without the name of the hash, eight of them. */
export function shortVersion(version: string): string {
  return version.replace(/^[a-z][a-z0-9-]*:/i, "").slice(0, 8);
}

/** Four bars of any text: hexadecimal digits as they are, other text by the sum of its units. */
export function fingerprint(version: string): readonly Bar[] {
  const text = version.replace(/^[a-z][a-z0-9-]*:/i, "");
  return [0, 2, 4, 6].map((start) => {
    const pair = text.slice(start, start + 2);
    const value = /^[0-9a-f]{2}$/i.test(pair) ? Number.parseInt(pair, 16) : sum(pair);
    return { hue: Math.trunc(value * 1.41) % 360, lightness: value % 7 };
  });
}

const sum = (text: string): number => [...text].reduce((total, unit) => (total * 31 + (unit.codePointAt(0) ?? 0)) % 256, 0);
