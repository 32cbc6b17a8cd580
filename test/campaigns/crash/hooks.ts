/** Replaces the `fs.ts` of LocalStore by the one of this folder; for `node --import`. */
import { registerHooks } from "node:module";
import { pathToFileURL } from "node:url";

const replacement = pathToFileURL(`${import.meta.dirname}/fs.ts`).href;

registerHooks({
  resolve: (specifier, context, next) => {
    const isOfStore = specifier === "./fs.ts" && context.parentURL?.includes("/object-store/local/");
    return isOfStore ? { url: replacement, shortCircuit: true } : next(specifier, context);
  },
});
