import type { AssetEvaluation, Condition, ConditionResult, Subject } from "./types.ts";

/** What the parts of one asset's condition remember, by their path, and what the last evaluation asked to run. */
export interface Memory {
  readonly remembered: Readonly<Record<string, unknown>>;
  readonly asked: readonly string[];
}

/** When and after what an evaluation takes place. */
export interface Moment {
  readonly now: number;
  /** When the last evaluation was. */
  readonly previous: number | undefined;
  /** The last event that it knew. */
  readonly lastEventId: number;
}

/** Evaluates the condition of one asset, and gives what to remember of it. */
export function evaluate(
  condition: Condition,
  subject: Subject,
  memory: Memory | undefined,
  { now, previous, lastEventId }: Moment,
): { readonly evaluation: AssetEvaluation; readonly memory: Memory } {
  const remembered: Record<string, unknown> = Object.create(null);
  const isMadeSince = (place: string): boolean => (subject.latest(place)?.lastMaterializationId ?? 0) > lastEventId;
  const made = previous === undefined ? [] : subject.places.filter(isMadeSince);
  const handled = new Set([...(memory?.asked ?? []), ...made]);
  const settled = new Set(made.filter((place) => isCurrent(subject, place)));

  const visit = (
    part: Condition,
    at: Subject,
    path: string,
  ): { readonly places: ReadonlySet<string>; readonly result: ConditionResult } => {
    const children: ConditionResult[] = [];
    const places = new Set(
      part.evaluate({
        subject: at,
        now,
        previous,
        handled,
        settled,
        before: memory && Object.hasOwn(memory.remembered, path) ? memory.remembered[path] : undefined,
        remember: (value) => {
          remembered[path] = value;
        },
        child: (below, on = at) => {
          const visited = visit(below, on, `${path}/${children.length}:${below.label}(${on.asset})`);
          children.push(visited.result);
          return visited.places;
        },
      }),
    );
    return {
      places,
      result: { label: part.label, asset: at.asset, isTrue: places.size > 0, partitions: partitionsOf(at, places), children },
    };
  };

  const { places, result } = visit(condition, subject, condition.label);
  const { asset } = subject;
  return {
    evaluation: { asset, shouldRun: places.size > 0, partitions: partitionsOf(subject, places), because: result },
    memory: { remembered, asked: [...places] },
  };
}

/** Whether a place was made from the last of everything that it is made from. */
function isCurrent({ dependencies, latest }: Subject, place: string): boolean {
  const { lastInputDataVersions: consumed = {}, lastMaterializationId: madeAt = 0 } = latest(place) ?? {};
  return dependencies.every(({ subject: upstream, placesOf }) =>
    placesOf(place).every((above) => {
      const { lastDataVersion, lastEventId = 0 } = upstream.latest(above) ?? {};
      const version = consumed[above === "" ? upstream.asset : `${upstream.asset}[${above}]`];
      return version === undefined ? lastEventId < madeAt : version === lastDataVersion;
    }),
  );
}

function partitionsOf({ places }: Subject, found: ReadonlySet<string>): readonly string[] | undefined {
  return places.length === 1 && places[0] === "" ? undefined : [...found];
}
