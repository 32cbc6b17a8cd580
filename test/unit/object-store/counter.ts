/** A process that makes increments under a condition, or dies while it holds a claim. */
import { writeFile } from "node:fs/promises";
import { isEdgewaterError } from "../../../src/errors.ts";
import { LocalStore } from "../../../src/object-store/local/index.ts";

const [folder = "", increments = "0"] = process.argv.slice(2);
const store = new LocalStore(folder);

if (increments === "hold") {
  const { etag } = await store.head("counter");
  // The body of a conditional write is read before the claim is made: a claim is put there by hand, in this process's name.
  const { AttributeFiles } = await import("../../../src/object-store/local/attributes.ts");
  const { Claims } = await import("../../../src/object-store/local/claims.ts");
  const { Layout } = await import("../../../src/object-store/local/layout.ts");
  const { Owner } = await import("../../../src/object-store/local/owner.ts");
  const layout = new Layout(folder);
  const claims = new Claims(layout, new Owner(), new AttributeFiles(layout));
  await claims.alone({ store: "", verb: "write", key: "counter", signal: undefined }, async () => {
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
