import { type Claims, isUsed } from "./claims.ts";
import { readdir, unlink } from "./fs.ts";
import type { Layout } from "./layout.ts";
import { type Owner, unknownOwner } from "./owner.ts";
import { attempt, ifThere } from "./system-error.ts";

/** Removes what dead processes have left: temporary files, claims, and attributes of objects that were never published. */
export async function sweep(layout: Layout, owner: Owner, claims: Claims): Promise<void> {
  for (const name of (await ifThere(() => readdir(layout.temporary))) ?? []) {
    const path = `${layout.temporary}/${name}`;
    if (name.startsWith("lock.")) {
      await claims.sweep(path);
    } else if (!(await isUsed(owner, layout.temporary, name, unknownOwner.temporaryMs))) {
      await attempt(() => unlink(path));
    }
  }
}
