/** Compiled by `npm run check`, never run: the types of Storage, events and conditions. */
import { type AnyEvent, asset, condition, Repository, Storage, type StoredEvent } from "edgewater";
import { d1 } from "edgewater/d1";
import { expectTypeOf } from "vitest";

declare const storage: Storage;

expectTypeOf(Storage.memory()).toEqualTypeOf<Storage>();
expectTypeOf(Storage.embedded("records")).toEqualTypeOf<Promise<Storage>>();
expectTypeOf(storage.getEventsForAsset("a")).toEqualTypeOf<Promise<readonly StoredEvent[]>>();
expectTypeOf(storage.getEventsForAsset("a", { types: "all" })).toEqualTypeOf<Promise<readonly AnyEvent[]>>();
expectTypeOf<StoredEvent["dataVersion"]>().toEqualTypeOf<string>();

// Events of steps have no data version; events of assets have one.
declare const event: AnyEvent;
if (event.eventType === "Materialization") expectTypeOf(event.dataVersion).toEqualTypeOf<string>();
if (event.eventType === "StepFailure") expectTypeOf(event.dataVersion).toEqualTypeOf<undefined>();

asset({ name: "a", automationCondition: condition.and(condition.missing(), condition.not(condition.inProgress())) }, () => 1);
// @ts-expect-error: an incomplete binding
d1({ prepare: () => undefined });
// @ts-expect-error: a back end is not a Storage
Repository.open({ assets: [], storage: d1(undefined as never) });
