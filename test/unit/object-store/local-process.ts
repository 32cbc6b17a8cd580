/** A child process of the tests: makes conditional increments, or makes a claim and holds it until it is killed. */
import { writeFile } from "node:fs/promises";
import { isEdgewaterError } from "../../../src/errors.ts";
import { LocalStore } from "../../../src/object-store/local/index.ts";

const [folder = "", increments = "0"] = process.argv.slice(2);
const store = new LocalStore(folder);

if (increments === "hold") {
  const { etag } = await store.head("counter");
  // A write holds its claim for microseconds, so the claim is made directly here.
  const { Claims } = await import("../../../src/object-store/local/claim.ts");
  const { processOwner } = await import("../../../src/object-store/local/claim-owner.ts");
  const { Layout } = await import("../../../src/object-store/local/layout.ts");
  const layout = new Layout(folder);
  const id = processOwner().newId();
  const path = `${layout.temporary}/d.${layout.hashOf("counter")}.${id}`;
  const claim = { id, make: () => writeFile(path, ""), withdraw: () => undefined };
  await new Claims(layout, processOwner()).alone({ store: "", verb: "write", key: "counter", signal: undefined }, claim, async () => {
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
