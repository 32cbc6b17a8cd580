/** Prints the settings that a handler gets from the environment of the runtime that this runs in. */
import { argv } from "node:process";
import { BaseIOHandler } from "edgewater";
import * as v from "valibot";

class Handler extends BaseIOHandler.with(v.object({ folder: v.string(), size: v.optional(v.number(), 1) }), { envPrefix: "RUNTIME_IO_" }) {
  override handleOutput(): void {}
  override loadInput(): void {}
}

const [folder] = argv.slice(2);
console.log(JSON.stringify(new Handler(folder === undefined ? {} : { folder }).settings));
