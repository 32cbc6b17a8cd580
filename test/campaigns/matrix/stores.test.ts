/** Runs only with the configuration of this folder: `npm run matrix`. */
import { describe, it } from "vitest";
import { type Runtime, stores } from "./stores.ts";

const runtime = runtimeHere();

for (const { name, on, cases } of stores) {
  if (!on.includes(runtime)) continue;
  for (const { name: title, capability, run } of await cases()) {
    describe(runtime, () => {
      describe(name, () => {
        describe(capability, () => {
          it(title, run);
        });
      });
    });
  }
}

function runtimeHere(): Runtime {
  if ("Deno" in globalThis) return "Deno";
  if ("Bun" in globalThis) return "Bun";
  const { userAgent } = navigator;
  if (userAgent === "Cloudflare-Workers") return "workerd";
  if (userAgent.startsWith("Node.js")) return "Node";
  return userAgent.includes("Firefox") ? "Firefox" : userAgent.includes("Chrome") ? "Chromium" : "WebKitGTK";
}
