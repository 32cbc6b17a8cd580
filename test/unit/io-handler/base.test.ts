import { BaseIOHandler, InMemoryIOHandler, MemoryStore, SuperJsonIOHandler } from "edgewater";
import * as v from "valibot";
import { describe, expect, it } from "vitest";

class Own extends BaseIOHandler {
  override handleOutput(): void {}
  override loadInput(): void {}
}
class Configured extends BaseIOHandler.with(v.object({}), { envPrefix: "BASE_IO_" }) {
  override handleOutput(): void {}
  override loadInput(): void {}
}
const superjson = new SuperJsonIOHandler({ store: new MemoryStore() });

describe("instanceof", () => {
  it.each([
    ["a class that extends BaseIOHandler", new Own()],
    ["a handler with settings", new Configured()],
    ["a built-in handler", new InMemoryIOHandler()],
    ["a built-in handler that serializes", superjson],
  ])("accepts %s as a BaseIOHandler", (_, handler) => expect(handler instanceof BaseIOHandler).toBe(true));

  it.each([
    ["null", null],
    ["an object with both methods", { handleOutput() {}, loadInput() {} }],
    ["the class itself", Own],
  ])("refuses %s as a BaseIOHandler", (_, value) => expect((value as unknown) instanceof BaseIOHandler).toBe(false));

  it("distinguishes handler classes", () => {
    expect(new Own() instanceof Own).toBe(true);
    expect(new Configured() instanceof Configured).toBe(true);
    expect(superjson instanceof SuperJsonIOHandler).toBe(true);
    expect(superjson instanceof Own).toBe(false);
    expect((new Own() as BaseIOHandler) instanceof Configured).toBe(false);
    expect(new InMemoryIOHandler() instanceof SuperJsonIOHandler).toBe(false);
  });
});
