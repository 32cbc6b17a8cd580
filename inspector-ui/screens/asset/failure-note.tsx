import type { EventView } from "../../../src/inspector/inspection.ts";
import { hrefOf } from "../../frame/route.ts";
import { Ago } from "../../parts/basics.tsx";
import { Glyph } from "../../parts/glyph.tsx";

/** Why the last try to make an asset failed, with the way to its run. */
export const FailureNote = ({ event }: { readonly event: EventView }) => (
  <section class="card why-fail">
    <div class="pad stack problem">
      <div class="row wrap">
        <Glyph form="fail" />
        <h2>The last run failed</h2>
        {event.failure !== undefined && <span class="chip fail">{event.failure.code ?? event.failure.name}</span>}
        <Ago at={event.at} class="sm faint" inSentence />
      </div>
      <p>{event.failure?.message ?? event.reason ?? "Its message was not recorded."}</p>
      <div class="row wrap">
        <a class="btn" href={hrefOf({ screen: "run", runId: event.runId })}>
          Open the run
        </a>
      </div>
    </div>
  </section>
);
