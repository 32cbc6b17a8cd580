import type { Why, WhyLink } from "../../../src/inspector/inspection.ts";
import { hrefOf } from "../../frame/route.ts";
import { Ago, Button, Card, Version } from "../../parts/basics.tsx";
import { formatCount } from "../../parts/format.ts";
import { Glyph } from "../../parts/glyph.tsx";
import { formOf, wordOf } from "../../parts/status.ts";
import { useResource, useStore } from "../../state/context.ts";

interface WhyProps {
  readonly name: string;
  readonly partition: string | undefined;
}

/** Why an asset is stale: from itself up to where it began. Nothing when it is not. */
export const WhyStale = ({ name, partition }: WhyProps) => {
  const store = useStore();
  const { value } = useResource({
    key: `why ${JSON.stringify([name, partition])}`,
    load: (signal) => store.inspection.why(name, { ...(partition !== undefined && { partition }), signal }),
    isTouched: ({ events }) => events.some(({ type }) => type === "Materialization" || type === "Observation"),
  });
  const why = value.value;
  if (why === undefined || why.chain.length === 0) return null;
  const canMake = store.snapshot.value?.can.materialize === true;
  const action = { type: "materialize", selection: [name], ...(partition !== undefined && { partitions: [partition] }) } as const;
  return (
    <Card
      class="why-card"
      title="Why it is stale"
      sub={stepsOf(why)}
      foot={
        (why.innocent.length > 0 || canMake) && (
          <>
            <span class="grow">{why.innocent.map(({ asset, because }) => `${asset} ${because}, so it is no cause.`).join(" ")}</span>
            {canMake && <Button onClick={() => store.plan(action)}>Materialize {name} only</Button>}
          </>
        )
      }
    >
      <div class="pad">
        <ol class="chain">
          {why.chain.map((link, index) => (
            <Link key={`${link.asset} ${index}`} link={link} isRoot={index === why.chain.length - 1 && !why.isCut} />
          ))}
        </ol>
      </div>
    </Card>
  );
};

const stepsOf = ({ chain, isCut }: Why): string =>
  isCut ? `more than ${formatCount(chain.length, "link")}` : formatCount(chain.length - 1, "step up", "steps up");

const Link = ({ link, isRoot }: { readonly link: WhyLink; readonly isRoot: boolean }) => (
  <li>
    <Glyph form={formOf(link.status)} />
    <span>
      <span class="sr">{wordOf(link.status)}: </span>
      <a
        href={hrefOf({ screen: "asset", name: link.asset, ...(link.partition !== undefined && { query: { partition: link.partition } }) })}
      >
        <b>{link.asset}</b>
        {link.partition !== undefined && <span class="dim"> {link.partition}</span>}
      </a>
    </span>
    <span class="row">
      {link.from !== undefined && link.from !== link.current && (
        <>
          <Version version={link.from} />
          <span class="faint" aria-hidden="true">
            →
          </span>
          <span class="sr"> is now </span>
        </>
      )}
      {link.current !== undefined && <Version version={link.current} />}
    </span>
    <span class="why">
      {link.reason}
      {link.at !== undefined && (
        <>
          {" "}
          <Ago at={link.at} class="faint" inSentence />
          {link.runId !== undefined && (
            <>
              {" in run "}
              <a class="link mono" href={hrefOf({ screen: "run", runId: link.runId })}>
                {link.runId.slice(0, 8)}
              </a>
            </>
          )}
        </>
      )}
      {isRoot && <b> This is where it began.</b>}
    </span>
  </li>
);
