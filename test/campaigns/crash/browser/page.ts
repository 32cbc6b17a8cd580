import { kinds } from "./kinds.ts";
import { post, run } from "./writer.ts";

const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
worker.onerror = ({ message }) => void post("/failed", { message });
for (const kind of kinds) {
  if (!kind.endsWith("worker")) run(kind).catch((error) => post("/failed", { message: `${kind}: ${error.stack}` }));
}
