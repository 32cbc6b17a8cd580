/** What is wrong, in its place: what, its code, why, and what to do. */
import type { ComponentChildren } from "preact";
import type { Preview } from "../../src/inspector/inspection.ts";
import { useStore } from "../state/context.ts";
import { Button } from "./basics.tsx";
import { Glyph } from "./glyph.tsx";
import { refusalOf } from "./refusal.ts";
import type { Form } from "./status.ts";

interface TroubleProps {
  readonly title: string;
  readonly form?: Form;
  readonly code?: string;
  readonly children: ComponentChildren;
  /** Buttons and links. */
  readonly acts?: ComponentChildren;
}

/** The body of a card about something that is wrong. */
export const Trouble = ({ title, form = "fail", code, children, acts }: TroubleProps) => (
  <div class="pad trouble">
    <div class="row wrap">
      <Glyph form={form} />
      <b>{title}</b>
      {code !== undefined && <span class="chip fail">{code}</span>}
    </div>
    <div class="dim">{children}</div>
    {acts !== undefined && <div class="row wrap">{acts}</div>}
  </div>
);

interface RefusedProps {
  readonly preview: Extract<Preview, { readonly kind: "refused" }>;
  readonly asset: string;
  readonly partition?: string;
  /** Asks for the value again, with a greater limit. */
  readonly onLoad: (maxBytes: number) => void;
}

/** In place of a value that is damaged, gone, too large, not readable or not shown here. */
export const Refused = ({ preview, asset, partition, onLoad }: RefusedProps) => {
  const store = useStore();
  const refusal = refusalOf(preview, asset, store.snapshot.value?.can ?? {});
  const materialize = (): void =>
    store.plan({ type: "materialize", selection: [asset], ...(partition !== undefined && { partitions: [partition] }) });
  const acts = refusal.acts.map((act) =>
    act.type === "materialize" ? (
      <Button key={act.type} onClick={materialize}>
        {act.label}
      </Button>
    ) : (
      <Button key={act.type} look="quiet" onClick={() => onLoad(act.maxBytes)}>
        {act.label}
      </Button>
    ),
  );
  return (
    <Trouble
      title={refusal.title}
      form={refusal.form}
      {...(refusal.code !== undefined && { code: refusal.code })}
      {...(acts.length > 0 && { acts })}
    >
      <p>
        {refusal.message}
        {refusal.example !== undefined && (
          <>
            {" "}
            To allow it: <code>{refusal.example}</code>.
          </>
        )}
      </p>
    </Trouble>
  );
};
