import { type Asset, asset, BaseIOHandler, type InputContext, type OutputContext } from "edgewater";
import * as v from "valibot";
import { expectTypeOf, test } from "vitest";

const files = new Map<string, string>();

/** The handler of the guide to handlers, over a map. */
class CsvIOHandler extends BaseIOHandler.with(v.object({ separator: v.optional(v.string(), ",") }), { envPrefix: "CSV_IO_" }) {
  async handleOutput(context: OutputContext, rows: readonly string[][]) {
    files.set(context.assetName, rows.map((row) => row.join(this.settings.separator)).join("\n"));
  }

  async loadInput(context: InputContext) {
    return (files.get(context.assetName) ?? "").split("\n").map((line) => line.split(this.settings.separator));
  }
}

/** A handler that takes every value. */
class AnyIOHandler extends BaseIOHandler.with(v.object({}), { envPrefix: "ANY_IO_" }) {
  override handleOutput(_context: OutputContext, _value: unknown): void {}
  override loadInput(): unknown {
    return undefined;
  }
}

/** A handler with types of its own. */
class LengthIOHandler extends BaseIOHandler<string, number> {
  override handleOutput(): void {}
  override loadInput(): unknown {
    return 1;
  }
}

test("a handler with settings takes and gives the types of its methods", () => {
  const rows = asset({ name: "rows", ioHandler: new CsvIOHandler() }, () => [["a", "b"]]);
  expectTypeOf(rows).toEqualTypeOf<Asset<string[][], "rows">>();
  // @ts-expect-error the handler takes rows of text
  asset({ name: "numbers", ioHandler: new CsvIOHandler() }, () => [[1, 2]]);
  asset({ name: "lengths", inputs: { rows } }, ({ rows }) => {
    expectTypeOf(rows).toEqualTypeOf<string[][]>();
    return rows.length;
  });
});

test("a handler without types takes every value and gives it back", () => {
  const one = asset({ name: "one", ioHandler: new AnyIOHandler() }, () => 1);
  expectTypeOf(one).toEqualTypeOf<Asset<number, "one">>();
});

test("declared types win over those of the methods", () => {
  const text = asset({ name: "text", ioHandler: new LengthIOHandler() }, () => "abc");
  expectTypeOf(text).toEqualTypeOf<Asset<number, "text">>();
  // @ts-expect-error the handler takes text
  asset({ name: "number", ioHandler: new LengthIOHandler() }, () => 1);
});
