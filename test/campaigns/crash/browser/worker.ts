import { post, run } from "./writer.ts";

run("OPFSStore in a worker").catch((error) => post("/failed", { message: `worker: ${error.stack}` }));
