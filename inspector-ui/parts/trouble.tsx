/** What is wrong, in its place: what, its code, why, and what to do. */
import type { ComponentChildren } from "preact";
import { Glyph } from "./glyph.tsx";
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
