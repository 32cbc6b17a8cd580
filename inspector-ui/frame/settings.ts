/** What somebody has chosen, kept in this browser. Where nothing can be kept, a choice lasts as long as the page. */
const prefix = "edgewater-inspector:";

export function readSetting(name: string): string | undefined {
  try {
    return localStorage.getItem(prefix + name) ?? undefined;
  } catch {
    return undefined;
  }
}

export function writeSetting(name: string, value: string): void {
  try {
    localStorage.setItem(prefix + name, value);
  } catch {
    // Private windows and full disks refuse; the choice then is not kept.
  }
}
