import type { Claims } from "./claims.ts";
import { readdir, unlink } from "./fs.ts";
import type { Layout } from "./layout.ts";
import type { Owner } from "./owner.ts";
import { attempt, whenMissing } from "./system-error.ts";

/** How long a temporary file is left alone whose owner cannot be asked. */
const unknownMs = 24 * 3_600_000;

/** Removes what dead processes have left: temporary files, claims, and attributes of objects that were never published. */
export async function sweep(layout: Layout, owner: Owner, claims: Claims): Promise<void> {
  for (const name of (await readdir(layout.temporary).catch(whenMissing)) ?? []) {
    const path = `${layout.temporary}/${name}`;
    if (name.startsWith("lock.")) {
      await claims.sweep(path);
    } else if (!(await owner.uses(path, unknownMs))) {
      await attempt(() => unlink(path));
    }
  }
}
