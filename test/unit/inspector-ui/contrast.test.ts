/** Every pair of a colour and its background has a contrast of at least 4.5 : 1, or 3 : 1 for marks. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

const css = readFileSync(new URL("../../../inspector-ui/styles/tokens.css", import.meta.url), "utf8");
const pairs = new Map(
  [...css.matchAll(/--([\w-]+):\s*light-dark\((#[0-9a-f]{6}),\s*(#[0-9a-f]{6})\)/g)].map(([, name = "", light = "", dark = ""]) => [
    name,
    { light, dark },
  ]),
);

type Theme = "light" | "dark";

function luminance(color: string): number {
  const channels = [1, 3, 5].map((start) => {
    const value = Number.parseInt(color.slice(start, start + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * (channels[0] ?? 0) + 0.7152 * (channels[1] ?? 0) + 0.0722 * (channels[2] ?? 0);
}

function contrast(front: string, back: string, theme: Theme): number {
  const [one, other] = [front, back].map((name) => {
    const pair = pairs.get(name);
    if (pair === undefined) throw new Error(`tokens.css has no colour --${name}`);
    return luminance(pair[theme]);
  }) as [number, number];
  return (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
}

const surfaces = ["bg", "surface", "raised", "sunken", "hover"];
const texts = ["text", "text-2", "text-3", "accent"];
const statuses = ["ok", "stale", "fail", "run", "loose", "none"];
const softs = statuses.map((status) => `${status}-soft`);

const textPairs = [
  ...texts.flatMap((text) => surfaces.map((surface) => [text, surface] as const)),
  ...statuses.flatMap((status) => [...surfaces, `${status}-soft`].map((surface) => [status, surface] as const)),
  ...["text", "text-2"].flatMap((text) => [...softs, "accent-soft"].map((soft) => [text, soft] as const)),
  ["on-accent", "accent-solid"] as const,
];
const markPairs = [
  ...["mark", "mark-2", "heat-4"].flatMap((mark) => ["bg", "surface"].map((surface) => [mark, surface] as const)),
  ["mark", "sunken"] as const,
  ["mark-2", "sunken"] as const,
  ["mark-2", "land"] as const,
];

describe.each(["light", "dark"] as const)("the colours of the %s theme", (theme) => {
  it.each(textPairs)("let text in %s be read on %s", (text, surface) => {
    expect(contrast(text, surface, theme)).toBeGreaterThanOrEqual(4.5);
  });

  it.each(markPairs)("let a mark in %s be seen on %s", (mark, surface) => {
    expect(contrast(mark, surface, theme)).toBeGreaterThanOrEqual(3);
  });
});

it("no style but the tokens names a colour", async () => {
  const { readdirSync } = await import("node:fs");
  const folder = new URL("../../../inspector-ui/styles/", import.meta.url);
  const named = readdirSync(folder)
    .filter((file) => file.endsWith(".css") && file !== "tokens.css")
    .flatMap((file) =>
      [...readFileSync(new URL(file, folder), "utf8").matchAll(/(?<![\w-])#[0-9a-f]{3,8}\b|\brgba?\(|\bhsla?\(/g)].map(
        ([color]) => `${file}: ${color}`,
      ),
    );
  expect(named).toEqual([]);
});
