import type { RunView } from "../../../src/inspector/inspection.ts";
import { hrefOf } from "../../frame/route.ts";
import { Version } from "../../parts/basics.tsx";
import { CopyButton } from "../../parts/copy-button.tsx";
import { formatCount } from "../../parts/format.ts";
import { Glyph } from "../../parts/glyph.tsx";
import { consequence, type FailureGroup, failureKind, failureMarkdown, readInputs, whatFailed, withRemedy } from "./failure.ts";
import { placeToOpen } from "./failure-place.ts";
import { QuotaBar } from "./quota-bar.tsx";

/** Why something failed: what, in which way, what to do, from which inputs, and where in the code. */
export const FailureCard = ({ run: { runId, endedAt }, group }: { readonly run: RunView; readonly group: FailureGroup }) => {
  const { first } = group;
  const { failure, remedy, tries } = first;
  const kind = failureKind(first);
  const inputs = readInputs(first);
  const room = [failure, ...failure.causes].find(({ code }) => code === "QuotaExceeded");
  const place = placeToOpen(group);
  return (
    <section class="card why-fail" aria-label={`${whatFailed(group)} failed`}>
      <div class="pad">
        <div class="row wrap">
          <Glyph form="fail" />
          <h2>{whatFailed(group)} failed</h2>
          <span class="chip fail">{kind}</span>
          <span class="sm faint">{formatCount(tries, "try", "tries")}</span>
        </div>
        <p class="message">{withRemedy(failure.message, remedy)}</p>
        {failure.causes.length > 0 && (
          <ul class="cause">
            {failure.causes.map(({ code, name, message }) => (
              <li key={`${name}\n${message}`}>
                because of <b>{code ?? name}</b>: {message}
              </li>
            ))}
          </ul>
        )}
        {inputs.length > 0 && (
          <div class="cause">
            with{" "}
            {inputs.slice(0, 6).map(({ asset, partition, dataVersion }, index) => (
              <span key={`${asset}[${partition}]`}>
                {index > 0 && ", "}
                <a class="link" href={hrefOf({ screen: "asset", name: asset, ...(partition !== undefined && { query: { partition } }) })}>
                  {partition === undefined ? asset : `${asset}[${partition}]`}
                </a>{" "}
                <Version version={dataVersion} />
              </span>
            ))}
            {inputs.length > 6 && ` and ${inputs.length - 6} more`}
          </div>
        )}
        {room?.quota !== undefined && <QuotaBar quota={room.quota} />}
        {failure.frames.length > 0 && (
          <details>
            <summary class="sm dim">Stack, {formatCount(failure.frames.length, "frame")} of your code</summary>
            {/* A long line scrolls within: the keyboard reaches it. */}
            <pre class="code" role="region" tabIndex={0} aria-label="Stack">
              {[`${kind}: ${failure.message}`, ...failure.frames.map((frame) => `    ${frame.trim()}`)].join("\n")}
            </pre>
          </details>
        )}
        <div class="row wrap">
          {room !== undefined && (
            <a class="btn" href={hrefOf({ screen: "storage" })}>
              Show what takes the room
            </a>
          )}
          {place !== undefined && (
            <a class="btn" href={place.href}>
              {place.text}
            </a>
          )}
          <CopyButton text={() => failureMarkdown(runId, first, endedAt !== undefined)}>Copy as Markdown</CopyButton>
          <span class="sm faint">{consequence(first, endedAt !== undefined)}</span>
        </div>
      </div>
    </section>
  );
};
