import { EdgewaterError, isEdgewaterError } from "edgewater";
import { describe, expect, it, vi } from "vitest";

describe("isEdgewaterError", () => {
  const error = new EdgewaterError("NotFound", "No object", { store: "S", key: "k", cause: "why" });

  it.each([
    ["any code", [], true],
    ["its code", ["NotFound"], true],
    ["one of several codes", ["Aborted", "NotFound"], true],
    ["another code", ["Aborted"], false],
  ] as const)("checks for %s", (_, codes, expected) => expect(isEdgewaterError(error, ...codes)).toBe(expected));

  it.each([[new Error("NotFound")], [{ code: "NotFound" }], ["NotFound"], [null], [undefined]])("is false for %s", (value) => {
    expect(isEdgewaterError(value)).toBe(false);
  });

  it("recognizes an error of another copy of the library", async () => {
    vi.resetModules();
    const copy = await import("../../src/errors.ts");
    expect(copy.EdgewaterError).not.toBe(EdgewaterError);
    expect(copy.isEdgewaterError(error, "NotFound")).toBe(true);
    expect(isEdgewaterError(new copy.EdgewaterError("Closed", "closed"), "Closed")).toBe(true);
  });

  it("has the details of the error", () => {
    expect(error).toMatchObject({ name: "EdgewaterError", code: "NotFound", store: "S", key: "k", cause: "why" });
  });
});
