/** Runs in Node, Deno and Bun: the pipeline on disk, the testing factories, and a missing peer dependency. */
import { asset, Storage } from "edgewater";
import { LocalStore } from "edgewater/local";
import { postgres } from "edgewater/postgres";
import { temporaryRepository } from "edgewater/testing";
import { pipeline } from "./pipeline.mjs";

const result = await pipeline(new LocalStore("data"));
const repository = await temporaryRepository({ assets: [asset({ name: "a" }, () => 1)] });
await repository.materialize();
const temporary = await repository.load("a");
await repository[Symbol.asyncDispose ?? Symbol.for("Symbol.asyncDispose")]?.();
const peer = await Storage.connect(postgres("postgres://h/d")).catch(({ code, message }) => ({ code, message }));
const embedded = await Storage.embedded("storage").then(
  (storage) => storage.close().then(() => "opened"),
  ({ code, message }) => ({ code, message }),
);
console.log(JSON.stringify({ ...result, temporary, peer, embedded }));
