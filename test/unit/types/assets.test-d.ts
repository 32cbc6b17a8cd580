/** Compiled by `npm run check`, never run: inference of assets, and mistakes that must not compile. */
import {
  type Asset,
  asset,
  BaseIOHandler,
  type InputContext,
  type ObjectStore,
  type OutputContext,
  Repository,
  SuperJsonIOHandler,
  task,
} from "edgewater";
import * as v from "valibot";

type Equal<Left, Right> = (<T>() => T extends Left ? 1 : 2) extends <T>() => T extends Right ? 1 : 2 ? true : false;
declare function same<Yes extends true>(): Yes;

interface Quake {
  readonly magnitude: number;
}
declare const rows: readonly Quake[];

const quakes = asset({ name: "quakes" }, async () => rows);
const strong = asset({ name: "strong", inputs: { quakes } }, ({ quakes }) => quakes.filter(({ magnitude }) => magnitude >= 5));
const count = task({ name: "count", inputs: { strong } }, ({ strong }) => strong.length);
const report = asset({ name: "report", inputs: { strong, count } }, ({ strong, count }, context) => {
  same<Equal<typeof strong, Quake[]>>();
  same<Equal<typeof count, number>>();
  same<Equal<typeof context.signal, AbortSignal>>();
  return `${count} of ${strong.length}`;
});
same<Equal<typeof quakes, Asset<readonly Quake[], "quakes">>>();
same<Equal<typeof report, Asset<string, "report">>>();

// @ts-expect-error an unknown input
asset({ name: "bad", inputs: { quakes } }, ({ quake }) => quake);
// @ts-expect-error an input has the type of its asset
asset({ name: "bad", inputs: { quakes } }, ({ quakes }: { quakes: string }) => quakes);
// @ts-expect-error an unknown field of a row
asset({ name: "bad", inputs: { quakes } }, ({ quakes }) => quakes.map(({ depth }) => depth));
// @ts-expect-error an input is an asset or a task
asset({ name: "bad", inputs: { quakes: 5 } }, () => 1);
// @ts-expect-error a handler extends BaseIOHandler
asset({ name: "bad", ioHandler: { handleOutput() {}, loadInput() {} } }, () => 1);
// @ts-expect-error an asset has a name
asset({}, () => 1);

const repository = await Repository.open({ assets: [quakes, strong, report], tasks: [count] });
same<Equal<Awaited<ReturnType<typeof loadStrong>>, Quake[]>>();
const loadStrong = () => repository.load(strong);
const byName: unknown = await repository.load("strong");
void byName;
await repository.write(quakes, [{ magnitude: 6 }]);
// @ts-expect-error a written value must have the type of the asset
await repository.write(quakes, [{ magnitude: "6" }]);
// @ts-expect-error a task cannot be written
await repository.write(count, 5);

class BytesOnly extends BaseIOHandler<Uint8Array | Blob, Uint8Array> {
  override handleOutput(_: OutputContext, value: Uint8Array | Blob): void {
    void value;
  }
  override loadInput(_: InputContext): Uint8Array {
    return new Uint8Array();
  }
}
const image = asset({ name: "image", ioHandler: new BytesOnly() }, async () => new Blob([]));
same<Equal<typeof image, Asset<Uint8Array, "image">>>();
// @ts-expect-error the handler cannot write this
asset({ name: "bad", ioHandler: new BytesOnly() }, () => 5);

class Configured extends BaseIOHandler.with(v.object({ folder: v.string(), size: v.optional(v.number(), 1) }), { envPrefix: "X_" }) {
  override handleOutput(): void {
    same<Equal<typeof this.settings.folder, string>>();
    same<Equal<typeof this.settings.size, number>>();
  }
  override loadInput(): void {}
}
new Configured({ folder: "/a" }, { env: { X_SIZE: "5" } });
// @ts-expect-error an unknown setting
new Configured({ colour: "red" });
// @ts-expect-error a setting of another type
new Configured({ folder: 5 });

declare const readOnly: Pick<ObjectStore, "name" | "get" | "head" | "list">;
// @ts-expect-error the handler needs a store with put
new SuperJsonIOHandler({ store: readOnly });
