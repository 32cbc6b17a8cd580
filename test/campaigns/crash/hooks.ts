/** Puts `fs.ts` of this folder between a LocalStore and the file system; for `node --import`. */
import { registerHooks } from "node:module";
import { pathToFileURL } from "node:url";

const between = pathToFileURL(`${import.meta.dirname}/fs.ts`).href;

registerHooks({
  resolve: (specifier, context, next) => {
    const isOfStore = specifier === "./fs.ts" && context.parentURL?.includes("/object-store/local/");
    return isOfStore ? { url: between, shortCircuit: true } : next(specifier, context);
  },
});
