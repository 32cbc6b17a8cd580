import { type Asset, asset, inProcess, Repository } from "edgewater";
import { describe, expect, it } from "vitest";

describe("inProcess", () => {
  it.each([1, 3])("runs %d steps at the same time when as many are ready, and never more", async (maxConcurrency) => {
    let running = 0;
    let most = 0;
    const assets = Array.from({ length: 9 }, (_, index) =>
      asset({ name: String(index) }, async () => {
        most = Math.max(most, ++running);
        await new Promise((resolve) => setTimeout(resolve, 2));
        running--;
      }),
    );
    await using repository = await Repository.open({ assets, executor: inProcess({ maxConcurrency }) });
    expect((await repository.materialize()).success).toBe(true);
    expect(most).toBe(maxConcurrency);
  });

  it.each([0, -1, 1.5, Number.NaN])("refuses a limit of %d", (maxConcurrency) => {
    expect(() => inProcess({ maxConcurrency })).toThrow(expect.objectContaining({ code: "SettingsError", field: "maxConcurrency" }));
  });

  it("skips a long chain without overflowing the stack", async () => {
    let last: Asset<number> = asset({ name: "0" }, (): number => {
      throw new Error("broken");
    });
    const assets = [last];
    for (let index = 1; index < 10_000; index++) {
      last = asset({ name: String(index), inputs: { last } }, ({ last }) => last);
      assets.push(last);
    }
    await using repository = await Repository.open({ assets });
    expect((await repository.materialize({ raiseOnError: false })).skippedAssets).toHaveLength(9999);
  });

  it("runs every step of a diamond once", async () => {
    let made = 0;
    const top = asset({ name: "top" }, () => ++made);
    const left = asset({ name: "left", inputs: { top } }, ({ top }) => top);
    const right = asset({ name: "right", inputs: { top } }, ({ top }) => top);
    const bottom = asset({ name: "bottom", inputs: { left, right } }, ({ left, right }) => left + right);
    await using repository = await Repository.open({ assets: [bottom, right, left, top] });
    await repository.materialize();
    expect(await repository.load(bottom)).toBe(2);
    expect(made).toBe(1);
  });
});
