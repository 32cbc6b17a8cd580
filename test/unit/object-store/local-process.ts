/** A child process of the tests: makes conditional increments, or takes a lock and holds it until it is killed. */
import { writeFile } from "node:fs/promises";
import { isEdgewaterError } from "../../../src/errors.ts";
import { LocalStore } from "../../../src/object-store/local/index.ts";

const [folder = "", increments = "0"] = process.argv.slice(2);
const store = new LocalStore(folder);

if (increments === "hold") {
  const { etag } = await store.head("counter");
  // A conditional write reads its body before it takes the lock, so the lock is taken directly here.
  const { AttributeFiles } = await import("../../../src/object-store/local/attributes.ts");
  const { KeyLocks } = await import("../../../src/object-store/local/lock.ts");
  const { Layout } = await import("../../../src/object-store/local/layout.ts");
  const { LockOwner } = await import("../../../src/object-store/local/lock-owner.ts");
  const layout = new Layout(folder);
  const locks = new KeyLocks(layout, new LockOwner(), new AttributeFiles(layout));
  await locks.withLock({ store: "", verb: "write", key: "counter", signal: undefined }, async () => {
    await writeFile(`${folder}/held~`, etag ?? "");
    await new Promise((resolve) => setTimeout(resolve, 60_000));
  });
}

for (let count = 0; count < Number(increments); ) {
  const object = await store.get("counter");
  try {
    await store.put("counter", String(Number(await object.text()) + 1), { mode: { ifMatch: object.meta.etag ?? "" } });
    count++;
  } catch (error) {
    if (!isEdgewaterError(error, "PreconditionFailed")) throw error;
  }
}
