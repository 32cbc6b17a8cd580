import { join } from "node:path";
import { defaultClientConditions, defineConfig } from "vite";
import { sources } from "../scripts/exports.ts";
import { sizeLimits } from "../scripts/page-sizes.ts";
import { contentPolicy, editableFunctions, offline } from "./build/plugins.ts";
import { playgroundLimits } from "./build/sizes.ts";

/** The sources of the library, unbuilt. */
const resolve = {
  alias: Object.entries(sources).map(([name, replacement]) => ({ find: new RegExp(`^${name}$`), replacement })),
  conditions: ["edgewater-source", ...defaultClientConditions],
};

export default defineConfig({
  root: import.meta.dirname,
  // A static folder that works below any prefix.
  base: "./",
  resolve,
  plugins: [editableFunctions(resolve), contentPolicy(), offline(), sizeLimits("The playground", playgroundLimits)],
  build: {
    outDir: join("..", "dist-playground"),
    emptyOutDir: true,
    target: "es2022",
    // The data of the feed is a chunk.
    chunkSizeWarningLimit: 2000,
    // Without it, preloads of chunks are an inline script that the policy refuses.
    modulePreload: { polyfill: false },
    rolldownOptions: {
      output: {
        // One script for the first screen: many small ones are larger together.
        codeSplitting: { groups: [{ name: "first", tags: ["$initial"] }] },
        // Names of classes are shown: those of handlers and of errors.
        minify: { compress: { keepNames: { class: true, function: false } }, mangle: { keepNames: { class: true, function: false } } },
      },
    },
  },
});
