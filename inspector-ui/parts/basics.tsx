/** The small parts that every screen is made of. */
import type { ButtonHTMLAttributes, ComponentChildren } from "preact";
import type { InspectedStatus } from "../../src/inspector/inspection.ts";
import { useIsCut, useStore } from "../state/context.ts";
import { fingerprint, shortVersion } from "./fingerprint.ts";
import { formatAgo, formatSince, formatUtc } from "./format.ts";
import { Glyph } from "./glyph.tsx";
import { Icon, type IconName } from "./icon.tsx";
import { type Form, formOf, wordOf } from "./status.ts";

interface StatusProps {
  readonly status: InspectedStatus;
  /** In place of the word of the status. */
  readonly text?: string;
}

/** Glyph and word. */
export const Status = ({ status, text }: StatusProps) => <FormStatus form={formOf(status)} text={text ?? wordOf(status)} />;

/** The same of what is no asset, such as a run. */
export const FormStatus = ({ form, text }: { readonly form: Form; readonly text: string }) => (
  <span class={`st c-${form}`}>
    <Glyph form={form} />
    {text}
  </span>
);

/** A version with its fingerprint; the whole of it is in the title. */
export const Version = ({ version }: { readonly version: string }) => (
  <span class="ver" title={version}>
    <span class="fp" aria-hidden="true">
      {fingerprint(version).map(({ hue, lightness }, index) => (
        <i key={index} style={{ background: barColor(hue, lightness) }} />
      ))}
    </span>
    {shortVersion(version)}
  </span>
);

const barColor = (hue: number, lightness: number): string =>
  `light-dark(oklch(${(0.48 + lightness / 24).toFixed(2)} .12 ${hue}), oklch(${(0.66 + lightness / 30).toFixed(2)} .12 ${hue}))`;

interface CardProps {
  readonly title: ComponentChildren;
  readonly sub?: ComponentChildren;
  readonly acts?: ComponentChildren;
  readonly foot?: ComponentChildren;
  readonly class?: string;
  readonly children: ComponentChildren;
}

export const Card = ({ title, sub, acts, foot, class: name, children }: CardProps) => (
  <section class={`card ${name ?? ""}`}>
    <header>
      <h2>{title}</h2>
      {sub !== undefined && <span class="sub">{sub}</span>}
      {acts !== undefined && <span class="row acts-right">{acts}</span>}
    </header>
    {children}
    {foot !== undefined && <div class="foot">{foot}</div>}
  </section>
);

interface HeadProps {
  /** The links to what is above, each followed by a slash. */
  readonly crumbs?: readonly { readonly text: string; readonly href?: string }[];
  readonly title: ComponentChildren;
  /** Beside the title. */
  readonly extra?: ComponentChildren;
  readonly acts?: ComponentChildren;
}

/** The head of a screen. Its `h1` takes the focus when the screen is opened. */
export const Head = ({ crumbs, title, extra, acts }: HeadProps) => (
  <header class="head">
    <div class="grow titles">
      {crumbs !== undefined && (
        <nav class="crumb" aria-label="Breadcrumb">
          {crumbs.map(({ text, href }, index) => (
            <>
              {index > 0 && <span aria-hidden="true">/</span>}
              {href === undefined ? <span>{text}</span> : <a href={href}>{text}</a>}
            </>
          ))}
        </nav>
      )}
      <div class="row wrap title-row">
        <h1 tabIndex={-1}>{title}</h1>
        {extra}
      </div>
    </div>
    <div class="acts row">{acts}</div>
  </header>
);

interface ButtonProps extends Omit<ButtonHTMLAttributes<HTMLButtonElement>, "icon"> {
  readonly icon?: IconName;
  readonly look?: "primary" | "quiet" | "plain";
  readonly children?: ComponentChildren;
}

/** A button. Without a text it needs an `aria-label`. A primary one is off while the connection is lost. */
export const Button = ({ icon, look = "plain", class: name, children, ...rest }: ButtonProps) => {
  const isOff = useIsCut() && look === "primary";
  return (
    <button
      type="button"
      class={`btn ${look === "primary" ? "pri" : look === "quiet" ? "quiet" : ""} ${children === undefined ? "icon" : ""} ${name ?? ""}`}
      {...rest}
      {...(isOff && { disabled: true, title: "There is no connection" })}
    >
      {icon !== undefined && <Icon name={icon} />}
      {children}
    </button>
  );
};

interface SegmentedProps<Option extends string> {
  readonly label: string;
  readonly options: readonly Option[];
  readonly value: Option;
  readonly onChange: (option: Option) => void;
}

/** A choice of one out of few. */
export const Segmented = <Option extends string>({ label, options, value, onChange }: SegmentedProps<Option>) => (
  <span class="seg" role="group" aria-label={label}>
    {options.map((option) => (
      <button key={option} type="button" aria-pressed={option === value} onClick={() => onChange(option)}>
        {option}
      </button>
    ))}
  </span>
);

interface AgoProps {
  readonly at: number;
  readonly class?: string;
  /** `2 min ago` in place of `2 min`. */
  readonly inSentence?: boolean;
}

/** How long ago, with the exact time in UTC as its title. */
export const Ago = ({ at, class: name, inSentence = false }: AgoProps) => {
  const { now } = useStore();
  const date = new Date(at);
  return (
    <time class={name} title={formatUtc(at)} {...(Number.isNaN(date.getTime()) ? {} : { dateTime: date.toISOString() })}>
      {inSentence ? formatSince(at, now.value) : formatAgo(at, now.value)}
    </time>
  );
};
