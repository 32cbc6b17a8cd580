/// <reference path="../../runtime/workerd/cloudflare.d.ts" />
/**
 * What the samples of the documentation use without declaring it. Only `docs.test.ts` compiles with this file: tsconfig.json
 * leaves it out, so that no other file sees these names.
 */
type Edgewater = typeof import("edgewater");

interface Quake {
  readonly place: string;
  readonly magnitude: number;
  readonly latitude: number;
  readonly at: Date;
}

// Assets and the repository that has them.
declare const quakes: import("edgewater").Asset<readonly Quake[], "quakes">;
declare const strong: import("edgewater").Asset<readonly Quake[], "strong">;
declare const today: import("edgewater").Asset<number, "today">;
declare const daily: import("edgewater").Asset<readonly Quake[], "daily">;
declare const assets: readonly import("edgewater").Asset[];
declare const repository: import("edgewater").Repository;
declare const storage: import("edgewater").Storage;
declare const tab: import("edgewater").Storage;
declare const server: import("edgewater").Storage;
declare const ioHandler: import("edgewater").BaseIOHandler;
declare const store: import("edgewater").FullObjectStore;
declare const inspection: import("edgewater/inspector").Inspection;
declare const nodes: readonly import("edgewater/inspector").NodeRow[];
declare const cursor: number;
declare const runId: string;
declare const backfillId: string;
declare const signal: AbortSignal;
declare let lastSeen: number;

// Functions and values of the reader's own.
declare function readFeed(signal: AbortSignal): Promise<readonly Quake[]>;
declare function readDay(key: string, signal: AbortSignal): Promise<readonly Quake[]>;
declare function querySales(regions: readonly string[]): Promise<readonly { region: string; amount: number }[]>;
declare function strongOnes(inputs: { readonly quakes: readonly Quake[] }): readonly Quake[];
declare function log(...values: readonly unknown[]): void;
declare function entraToken(): Promise<string>;
declare function googleToken(): Promise<string>;
declare function readToken(): Promise<string>;
declare function isColleague(request: Request): Promise<boolean>;
declare const batch: import("edgewater").Batch;
declare const token: string;
declare const nextToken: string;
declare const readingToken: string;
declare const url: string;
declare const accessId: string;
declare const secret: string;
declare const accessKeyId: string;
declare const secretAccessKey: string;
declare const sessionToken: string | undefined;
declare const expiration: Date;
declare const env: Readonly<Record<string, unknown>>;
type Env = Readonly<Record<string, unknown>>;

// docs/settings.md goes on with the classes of its first sample.
declare const BaseIOHandler: Edgewater["BaseIOHandler"];
type InputContext = import("edgewater").InputContext;
type OutputContext = import("edgewater").OutputContext;
declare class JsonIOHandler extends BaseIOHandler {
  constructor(settings?: { readonly basePath?: string }, options?: import("edgewater").SettingsOptions);
  readonly settings: { readonly basePath: string };
  handleOutput(context: OutputContext, value: unknown): void;
  loadInput(context: InputContext): unknown;
}

// Vite.
interface ImportMeta {
  readonly env: Readonly<Record<string, unknown>>;
}
declare module "*?raw" {
  const text: string;
  // biome-ignore lint/style/noDefaultExport: Vite's modules have one
  export default text;
}

// A schema library that is not installed here: of its types only what a Standard Schema needs.
declare module "zod" {
  interface Schema<Output, Input = Output> extends StandardSchema<Input, Output> {
    default(value: Output): Schema<Output, Input | undefined>;
    optional(): Schema<Output | undefined, Input | undefined>;
  }
  interface StandardSchema<Input, Output> {
    readonly "~standard": {
      readonly version: 1;
      readonly vendor: string;
      readonly validate: (
        value: unknown,
      ) => { readonly value: Output; readonly issues?: undefined } | { readonly issues: readonly { readonly message: string }[] };
      readonly types?: { readonly input: Input; readonly output: Output } | undefined;
    };
  }
  type InputOf<S> = S extends Schema<unknown, infer Input> ? Input : never;
  type OutputOf<S> = S extends Schema<infer Output, unknown> ? Output : never;
  export const z: {
    string(): Schema<string>;
    number(): Schema<number>;
    object<Shape extends Record<string, unknown>>(
      shape: Shape,
    ): Schema<{ [Key in keyof Shape]: OutputOf<Shape[Key]> }, { [Key in keyof Shape]: InputOf<Shape[Key]> }>;
  };
}

// docs/certify-a-store.md certifies a store of the reader's own, which has ranges besides the verbs.
type RangeStore = import("edgewater").Named &
  import("edgewater").Put &
  import("edgewater").RangeGet &
  import("edgewater").Head &
  import("edgewater").Delete &
  import("edgewater").List;
declare module "*/my-store.ts" {
  export const MyStore: new () => RangeStore;
}
declare const MyStore: new () => RangeStore;
declare const certify: typeof import("edgewater/testing").certify;
