/** A class whose instances are kept: made again without calling its constructor, then given their own properties. */
export type KeptClass = abstract new (...args: never[]) => object;

/** A custom transformer, as `SuperJSON.registerCustom` takes it. */
export interface CustomTransformer {
  /** The name that is written for its values. */
  readonly name: string;
  /** Whether a value is of this kind. */
  isApplicable(value: unknown): boolean;
  /** Turns a value into one that JSON keeps. */
  serialize(value: unknown): unknown;
  /** Turns what `serialize` returned into the value again. */
  deserialize(value: unknown): unknown;
}

/** The parts of a configured `SuperJSON` instance (superjson 2) that hold what is registered. */
export interface SuperJSONRegistrations {
  /** What `registerClass` registered. */
  readonly classRegistry: {
    // biome-ignore lint/suspicious/noExplicitAny: superjson declares it with its own type of classes
    getIdentifier(value: any): string | undefined;
    getValue(identifier: string): unknown;
    // biome-ignore lint/suspicious/noExplicitAny: as above
    getAllowedProps(value: any): readonly string[] | undefined;
  };
  /** What `registerSymbol` registered. */
  readonly symbolRegistry: {
    // biome-ignore lint/suspicious/noExplicitAny: superjson declares it as `Symbol`
    getIdentifier(value: any): string | undefined;
    getValue(identifier: string): unknown;
  };
  /** What `registerCustom` registered. */
  readonly customTransformerRegistry: {
    readonly size?: number;
    findApplicable(value: unknown): unknown;
    findByName(name: string): unknown;
  };
  /** What `allowErrorProps` allowed. */
  readonly allowedErrorProps: readonly string[];
}

export interface RegisteredClass {
  readonly name: string;
  /** The only properties that are written; all own ones when absent. */
  readonly allowedProps: readonly string[] | undefined;
}

/** The classes, symbols and transformers of the options and of a SuperJSON instance, which may get more at any time. */
export interface Registry {
  readonly hasCustom: () => boolean;
  readonly customOf: (value: unknown) => CustomTransformer | undefined;
  readonly customNamed: (name: string) => CustomTransformer | undefined;
  readonly classOf: (prototype: object) => RegisteredClass | undefined;
  readonly classNamed: (name: string) => KeptClass | undefined;
  readonly nameOfSymbol: (symbol: symbol) => string | undefined;
  readonly symbolNamed: (name: string) => symbol | undefined;
  readonly errorProps: () => readonly string[];
}

export function registryOf(
  classes: Readonly<Record<string, KeptClass>>,
  symbols: Readonly<Record<string, symbol>>,
  superjson: SuperJSONRegistrations | undefined,
): Registry {
  const classesByName = new Map(Object.entries(classes));
  const classNames = new Map([...classesByName].map(([name, { prototype }]) => [prototype as object, name]));
  const symbolsByName = new Map(Object.entries(symbols));
  const symbolNames = new Map([...symbolsByName].map(([name, symbol]) => [symbol, name]));
  return {
    hasCustom: () => superjson !== undefined && superjson.customTransformerRegistry.size !== 0,
    customOf: (value) => superjson?.customTransformerRegistry.findApplicable(value) as CustomTransformer | undefined,
    customNamed: (name) => own(superjson?.customTransformerRegistry.findByName(name)) as CustomTransformer | undefined,
    classOf: (prototype) => {
      const name = classNames.get(prototype);
      if (name !== undefined) return { name, allowedProps: undefined };
      const found = superjson && Object.getOwnPropertyDescriptor(prototype, "constructor")?.value;
      const identifier = found && found.prototype === prototype ? superjson.classRegistry.getIdentifier(found) : undefined;
      return identifier === undefined ? undefined : { name: identifier, allowedProps: superjson?.classRegistry.getAllowedProps(found) };
    },
    classNamed: (name) => classesByName.get(name) ?? (superjson?.classRegistry.getValue(name) as KeptClass | undefined),
    nameOfSymbol: (symbol) => symbolNames.get(symbol) ?? superjson?.symbolRegistry.getIdentifier(symbol),
    symbolNamed: (name) => symbolsByName.get(name) ?? (superjson?.symbolRegistry.getValue(name) as symbol | undefined),
    errorProps: () => superjson?.allowedErrorProps ?? [],
  };
}

/** superjson looks transformers up in a plain object, which also finds `toString` and the like. */
function own(found: unknown): unknown {
  return typeof found === "object" && found !== null && typeof (found as CustomTransformer).deserialize === "function" ? found : undefined;
}
