/** Makes one write to a folder and prints its error code and the number of file system calls. */
import { LocalStore } from "../../../src/object-store/local/index.ts";
import { calls } from "./fs.ts";
import { key, type Operation, operations } from "./operations.ts";

const [folder = "", name = "", fsync = ""] = process.argv.slice(2);
const store = new LocalStore(folder, { fsync: fsync === "fsync" });
const { etag = "" } = await new LocalStore(folder).head(key).catch(() => ({ etag: "" }));
calls.isCounting = true;
let code = "";
try {
  await (operations as Record<string, Operation>)[name]?.run(store, etag);
} catch (error) {
  code = (error as { code?: string }).code ?? String(error);
}
calls.isCounting = false;
// After a failure the same store must be able to write again.
if (code !== "") await store.put(`${key}-later`, "later", { mode: "create", metadata: { a: "b" } });
console.log(JSON.stringify({ count: calls.count, code }));
