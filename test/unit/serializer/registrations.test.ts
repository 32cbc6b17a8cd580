import { InputContext, MemoryStore, OutputContext, SuperJsonIOHandler } from "edgewater";
import { superjsonSerializer } from "edgewater/serializer";
import { SuperJSON } from "superjson";
import { describe, expect, it } from "vitest";

type Bytes = Uint8Array<ArrayBuffer>;
const textOf = (bytes: unknown): string => new TextDecoder().decode(bytes as Bytes);

class Money {
  readonly cents: bigint;
  constructor(cents: bigint) {
    this.cents = cents;
  }
}

class Point {
  x = 1;
  secret = "s";
  at: unknown = new Date(0);
}

class Box {
  readonly content: unknown;
  constructor(content: unknown) {
    this.content = content;
  }
}

const unit = Symbol("unit");

function configured(): SuperJSON {
  const superjson = new SuperJSON();
  superjson.registerClass(Point, { identifier: "Point", allowProps: ["x", "at"] });
  superjson.registerClass(Box);
  superjson.registerSymbol(unit, "unit");
  superjson.registerCustom<Money, string>(
    {
      isApplicable: (value): value is Money => value instanceof Money,
      serialize: ({ cents }) => String(cents),
      deserialize: (text) => new Money(BigInt(text)),
    },
    "money",
  );
  superjson.allowErrorProps("status", "detail");
  return superjson;
}

describe("a configured SuperJSON instance", () => {
  const superjson = configured();
  const serializer = superjsonSerializer({ superjson });
  const money = new Money(5n);

  it.each<[string, unknown]>([
    ["a custom transformer", { price: money, list: [new Money(1n)] }],
    ["a shared value of a custom transformer", [money, { money }]],
    ["a class with allowed properties", { point: new Point() }],
    ["a class in a circle", circle()],
    ["a symbol", [unit]],
    ["allowed properties of an error", Object.assign(new Error("x"), { status: 500, detail: { at: new Date(1) } })],
    ["an error with only some of the allowed properties", { error: Object.assign(new Error("x"), { status: 404 }) }],
  ])("writes %s as superjson does, and each reads the other's text", (_, value) => {
    const text = textOf(serializer.encode(value));
    expect(text).toBe(superjson.stringify(value));
    // superjson adds the allowed properties that an error lacks.
    const expected = text.includes('"Error"') ? value : superjson.parse(text);
    expect(serializer.decode(new TextEncoder().encode(text))).toEqual(expected);
  });

  it("may be given more registrations later", () => {
    const later = new SuperJSON();
    const own = superjsonSerializer({ superjson: later });
    expect(() => own.encode(money)).toThrow(/register its class/);
    later.registerClass(Money);
    expect(own.decode(own.encode(money) as Bytes)).toEqual(money);
  });

  it("does not make up properties that an error lacks", () => {
    const read = serializer.decode(serializer.encode(Object.assign(new Error("x"), { status: 1 })) as Bytes) as object;
    expect(Object.keys(read)).toEqual(["status"]);
    const explicit = Object.assign(new Error("x"), { status: undefined });
    expect(Object.keys(serializer.decode(serializer.encode(explicit) as Bytes) as object)).toEqual(["status"]);
  });

  it("keeps the classes of errors, which superjson loses", () => {
    const error = Object.assign(new TypeError("x"), { status: 1 });
    expect(serializer.decode(serializer.encode(error) as Bytes)).toBeInstanceOf(TypeError);
  });
});

describe("a handler with a configured SuperJSON instance", () => {
  it("writes and loads what is registered", async () => {
    const handler = new SuperJsonIOHandler({ store: new MemoryStore(), superjson: configured() });
    await handler.handleOutput(new OutputContext({ assetName: "price" }), [new Money(7n), unit]);
    expect(await handler.loadInput(new InputContext({ assetName: "price" }))).toEqual([new Money(7n), unit]);
  });
});

describe("custom transformers", () => {
  it("are given whole parts", () => {
    const superjson = new SuperJSON();
    superjson.registerCustom<Map<unknown, unknown>, never>(
      {
        isApplicable: (value): value is Map<unknown, unknown> => value instanceof Map && value.has("custom"),
        serialize: (map) => [...map] as never,
        deserialize: (rows) => new Map(rows as [unknown, unknown][]),
      },
      "rows",
    );
    const serializer = superjsonSerializer({ superjson });
    const value = [new Map<unknown, unknown>([["custom", new Set([new Date(1)])]])];
    const bytes = serializer.encode(value) as Bytes;
    expect(textOf(bytes)).toBe(superjson.stringify(value));
    expect(serializer.decode(bytes)).toEqual(value);
  });

  it("apply to primitives", () => {
    const superjson = new SuperJSON();
    superjson.registerCustom<string, string>(
      { isApplicable: (value): value is string => value === "secret", serialize: () => "***", deserialize: () => "secret" },
      "secret",
    );
    const serializer = superjsonSerializer({ superjson });
    const value = ["secret", { a: "secret", b: "other" }, new Map([["secret", 1]])];
    const bytes = serializer.encode(value) as Bytes;
    expect(textOf(bytes)).toBe(superjson.stringify(value));
    expect(serializer.decode(bytes)).toEqual(value);
  });

  it("are refused with a path when they throw or return what JSON would change", () => {
    const failing = (serialize: () => never): ReturnType<typeof superjsonSerializer> => {
      const superjson = new SuperJSON();
      superjson.registerCustom<Money, never>(
        { isApplicable: (value): value is Money => value instanceof Money, serialize, deserialize: (value) => value },
        "money",
      );
      return superjsonSerializer({ superjson });
    };
    const value = { list: [new Money(1n)] };
    const refused = expect.objectContaining({ code: "SerializationError", field: "$.list[0]" });
    const throwing = failing(() => {
      throw new Error("no");
    });
    expect(() => throwing.encode(value)).toThrow(refused);
    expect(() => failing(() => ({ at: new Date(0) }) as never).encode(value)).toThrow(refused);
    expect(() => failing(() => undefined as never).encode(value)).toThrow(refused);
  });

  it("are refused when nobody has registered them, or when reading with them throws", () => {
    const bytes = superjsonSerializer({ superjson: configured() }).encode(new Money(1n)) as Bytes;
    expect(() => superjsonSerializer().decode(bytes)).toThrow(/custom transformer "money" is not registered/);
    const broken = new TextEncoder().encode(textOf(bytes).replace('"1"', '"x"'));
    expect(() => superjsonSerializer({ superjson: configured() }).decode(broken)).toThrow(
      expect.objectContaining({ code: "SerializationError" }),
    );
    const inherited = new TextEncoder().encode('{"json":1,"meta":{"values":[["custom","toString"]],"v":1}}');
    expect(() => superjsonSerializer({ superjson: configured() }).decode(inherited)).toThrow(/not registered/);
  });

  it("do not let what they change meanwhile reach the bytes", () => {
    const superjson = new SuperJSON();
    const value = { first: { n: 1 }, money: new Money(1n) };
    superjson.registerCustom<Money, string>(
      {
        isApplicable: (each): each is Money => each instanceof Money,
        serialize: () => {
          value.first.n = Number.NaN;
          return "1";
        },
        deserialize: () => new Money(1n),
      },
      "money",
    );
    const serializer = superjsonSerializer({ superjson });
    expect((serializer.decode(serializer.encode(value) as Bytes) as typeof value).first.n).toBeNaN();
  });
});

function circle(): unknown {
  const box: { content: unknown } = new Box([]) as { content: unknown };
  return { box, list: [new Box(1), box] };
}
