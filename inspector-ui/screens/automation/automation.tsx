import type { AutomationView, ConditionView } from "../../../src/inspector/inspection.ts";
import { hrefOf } from "../../frame/route.ts";
import { Button, Card, FormStatus, Head } from "../../parts/basics.tsx";
import { formatClock, formatCount, formatSince, formatUtc } from "../../parts/format.ts";
import { Glyph } from "../../parts/glyph.tsx";
import { ProblemCard } from "../../parts/problem-note.tsx";
import { useAfter, useApp, useResource } from "../../state/context.ts";
import { askedFor, factOf, labelOf, rowsOf, tickText } from "./automation-words.ts";

/** What the conditions decide now, part by part, and what they have decided before. Looking asks for nothing. */
export const Automation = () => {
  const { store } = useApp();
  const { value, error, isLoading, reload } = useResource<AutomationView>({
    key: "automation",
    load: (signal) => store.inspection.automation({ signal }),
    isTouched: (batch) => batch.events.some(({ type }) => type === "RunEnd"),
  });
  const view = value.value;
  const can = store.snapshot.value?.can ?? {};
  const isWaiting = useAfter(view === undefined && error.value === undefined, 150);
  const hasConditions = view !== undefined && view.assets.length > 0;
  return (
    <>
      <Head
        title="Automation"
        extra={
          view !== undefined &&
          hasConditions && (
            <span class="sm faint" title={formatUtc(view.evaluatedAt)}>
              evaluated {formatSince(view.evaluatedAt, store.now.value)}, {askedFor(view)}
            </span>
          )
        }
        acts={
          hasConditions && (
            <>
              <Button disabled={isLoading.value} onClick={reload} title="A dry run: requests nothing and records nothing">
                Evaluate now
              </Button>
              {can.automate && (
                <Button look="primary" icon="play" disabled={view.requests.length === 0} onClick={() => store.plan({ type: "automate" })}>
                  Run what it asks for
                </Button>
              )}
            </>
          )
        }
      />
      <div class="content">
        <ProblemCard error={error.value} onRetry={reload} />
        {isWaiting && <p class="waiting">Loading…</p>}
        {view !== undefined && !hasConditions && (
          <p class="dim">
            No asset has a condition. Give one to an asset to make it run by itself: <code>automationCondition: condition.eager()</code>.
          </p>
        )}
        {view !== undefined && hasConditions && (
          <div class="cols c-main">
            <div class="stack">
              {view.assets.map(({ asset, shouldRun, partitions, root }) => (
                <Card
                  key={asset}
                  title={
                    <a class="plain" href={hrefOf({ screen: "asset", name: asset })}>
                      {asset}
                    </a>
                  }
                  sub={
                    <>
                      <FormStatus form={shouldRun ? "ok" : "no"} text={shouldRun ? "True" : "False"} />
                      {shouldRun && partitions !== undefined && <span class="faint"> {formatCount(partitions, "partition")}</span>}
                    </>
                  }
                >
                  <Tree root={root} asset={asset} shouldRun={shouldRun} />
                </Card>
              ))}
            </div>
            <div class="stack">
              <Ticks ticks={view.ticks} />
            </div>
          </div>
        )}
      </div>
    </>
  );
};

const Tree = ({ root, asset, shouldRun }: { readonly root: ConditionView; readonly asset: string; readonly shouldRun: boolean }) => (
  <div class="list conditions" role="list" aria-label={`Condition of ${asset}`}>
    {rowsOf(root).map(({ condition, depth, isElsewhere, key }) => (
      // biome-ignore lint/a11y/useAriaPropsSupportedByRole: ARIA 1.2 lets an item of a list have a level
      <div key={key} role="listitem" aria-level={depth + 1} style={{ "--depth": Math.min(depth, 12) }}>
        <Glyph form={condition.isTrue ? "ok" : "no"} />
        <span class="sr">{condition.isTrue ? "true:" : "false:"}</span>
        <span class={`grow clip ${depth === 0 ? "strong" : ""}`} title={condition.label}>
          {labelOf(condition)}
          {isElsewhere && <span class="faint"> of {condition.asset}</span>}
        </span>
        <span class="sm dim right clip fact" title={condition.fact}>
          {depth === 0 && condition.fact === undefined ? (shouldRun ? "should run" : "waits") : factOf(condition)}
        </span>
      </div>
    ))}
  </div>
);

const Ticks = ({ ticks }: { readonly ticks: AutomationView["ticks"] }) => (
  <Card title="Ticks">
    {ticks.length === 0 ? (
      <p class="pad dim">
        The conditions were not evaluated yet. A tick is recorded by <code>repository.automate()</code>.
      </p>
    ) : (
      <ol class="list">
        {ticks.map((tick) => {
          const { form, text } = tickText(tick);
          return (
            <li key={`${tick.name} ${tick.timestamp}`} class="hit">
              <Glyph form={form} />
              <time class="mono xs faint" title={formatUtc(tick.timestamp)}>
                {formatClock(tick.timestamp)}
              </time>
              <span class="grow clip" title={text}>
                {text}
              </span>
            </li>
          );
        })}
      </ol>
    )}
  </Card>
);
