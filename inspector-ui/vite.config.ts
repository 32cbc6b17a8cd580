/**
 * Builds the inspector: `page` is what `edgewater/inspector` serves, `demo` is the same over a fixed story for tests and shots.
 * Every URL is relative, so that the page works under any prefix.
 */
import { join } from "node:path";
import { defineConfig } from "vite";
import { sizeLimits } from "../scripts/page-sizes.ts";

const root = import.meta.dirname;

export default defineConfig(({ mode }) => {
  const isDemo = mode !== "page";
  return {
    root,
    base: "./",
    publicDir: false,
    plugins: isDemo ? [] : [sizeLimits("The inspector", { first: 50_000, later: 85_000 })],
    resolve: { conditions: ["edgewater-source", "module", "browser", "development|production"] },
    build: {
      outDir: join(root, isDemo ? "../dist-inspector-demo" : "../dist-inspector"),
      emptyOutDir: true,
      target: "es2022",
      // Inlined files would be `data:` URLs, which the page's content security policy refuses.
      assetsInlineLimit: 0,
      modulePreload: false,
      chunkSizeWarningLimit: 2000,
      rolldownOptions: {
        input: join(root, isDemo ? "demo.html" : "index.html"),
        output: {
          codeSplitting: {
            groups: [
              // One script for the first screen: many small ones are larger together.
              { name: "first", tags: ["$initial"] },
              // Data, which changes less often than what draws it.
              { name: "land", test: /land-110m\.json$/ },
            ],
          },
          entryFileNames: "ui/[name]-[hash].js",
          chunkFileNames: "ui/[name]-[hash].js",
          assetFileNames: "ui/[name]-[hash][extname]",
        },
      },
    },
    worker: { format: "es", rolldownOptions: { output: { entryFileNames: "ui/[name]-[hash].js" } } },
  };
});
