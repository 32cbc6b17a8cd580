import type { ComponentChildren } from "preact";
import { Button } from "./basics.tsx";
import { Glyph } from "./glyph.tsx";
import { problemOf } from "./problem.ts";

interface ProblemProps {
  readonly error: unknown;
  readonly onRetry?: () => void;
  readonly children?: ComponentChildren;
}

/** An error in its place: what happened, its code, and what to do. */
export const Problem = ({ error, onRetry, children }: ProblemProps) => {
  const { title, message, code } = problemOf(error);
  return (
    <div class="pad stack problem">
      <div class="row wrap">
        <Glyph form="fail" />
        <b>{title}</b>
        {code !== undefined && <span class="chip fail">{code}</span>}
      </div>
      <p class="dim">{message}</p>
      {code === "SchemaMismatch" && <pre class="code">npm install edgewater@latest</pre>}
      {(onRetry !== undefined || children !== undefined) && (
        <div class="row wrap">
          {onRetry !== undefined && <Button onClick={onRetry}>Try again</Button>}
          {children}
        </div>
      )}
    </div>
  );
};

/** An error in a card of its own; nothing without an error. */
export const ProblemCard = (props: ProblemProps) =>
  props.error === undefined ? null : (
    <section class="card">
      <Problem {...props} />
    </section>
  );
