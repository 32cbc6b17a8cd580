/** The playground brings all that an engine without `Symbol.asyncDispose` lacks: nothing is set up for this file. */
import { expect, it } from "vitest";

it("shows the pipeline and its functions", async () => {
  expect(Symbol.asyncDispose).toBe(undefined);
  document.body.innerHTML = '<div id="inspector"></div>';
  await import("../../../../playground/main.tsx");
  await expect.poll(() => shown("h1")).toBe("Nothing has been materialized yet");

  location.hash = "#/assets/strong";
  await expect.poll(() => document.querySelector("#inspector")?.shadowRoot?.querySelector("textarea")?.value).toContain("magnitude >= 5");
});

function shown(selector: string): string | undefined {
  return document.querySelector("#inspector")?.shadowRoot?.querySelector(selector)?.textContent ?? undefined;
}
