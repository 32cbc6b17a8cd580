/** The icons of the inspector, 16 by 16, drawn with lines of 1.5. */
import type { ComponentChildren } from "preact";

const drawings = {
  graph: () => (
    <>
      <circle cx="3.5" cy="8" r="1.75" />
      <circle cx="12.5" cy="3.5" r="1.75" />
      <circle cx="12.5" cy="12.5" r="1.75" />
      <path d="M5.2 7.2 10.9 4.3M5.2 8.8l5.7 2.9" />
    </>
  ),
  table: () => (
    <>
      <rect x="2" y="2.75" width="12" height="10.5" rx="1.5" />
      <path d="M2 6.25h12M6.25 6.25v7" />
    </>
  ),
  grid: () => (
    <>
      <rect x="2" y="2.5" width="3.2" height="3.2" rx=".8" />
      <rect x="6.4" y="2.5" width="3.2" height="3.2" rx=".8" />
      <rect x="10.8" y="2.5" width="3.2" height="3.2" rx=".8" />
      <rect x="2" y="9.8" width="3.2" height="3.2" rx=".8" />
      <rect x="6.4" y="9.8" width="3.2" height="3.2" rx=".8" />
      <rect x="10.8" y="9.8" width="3.2" height="3.2" rx=".8" />
    </>
  ),
  runs: () => (
    <>
      <path d="M2 4h6M4.5 8h7M8 12h6" />
    </>
  ),
  bolt: () => (
    <>
      <path d="M8.8 1.8 3.5 9h4l-.6 5.2L12.5 7h-4z" />
    </>
  ),
  disk: () => (
    <>
      <ellipse cx="8" cy="4" rx="5.5" ry="2.2" />
      <path d="M2.5 4v8c0 1.2 2.5 2.2 5.5 2.2s5.5-1 5.5-2.2V4M2.5 8c0 1.2 2.5 2.2 5.5 2.2s5.5-1 5.5-2.2" />
    </>
  ),
  find: () => (
    <>
      <circle cx="7" cy="7" r="4.25" />
      <path d="m10.3 10.3 3.2 3.2" />
    </>
  ),
  play: () => (
    <>
      <path d="M4.5 2.8v10.4l8.4-5.2z" />
    </>
  ),
  down: () => (
    <>
      <path d="M8 2.5v8M4.8 7.4 8 10.6l3.2-3.2M2.5 13.5h11" />
    </>
  ),
  up: () => (
    <>
      <path d="M8 10.5v-8M4.8 5.6 8 2.4l3.2 3.2M2.5 13.5h11" />
    </>
  ),
  sun: () => (
    <>
      <circle cx="8" cy="8" r="2.75" />
      <path d="M8 1.5v1.3M8 13.2v1.3M1.5 8h1.3M13.2 8h1.3M3.4 3.4l.9.9M11.7 11.7l.9.9M12.6 3.4l-.9.9M4.3 11.7l-.9.9" />
    </>
  ),
  more: () => (
    <>
      <path d="M3.5 8h.01M8 8h.01M12.5 8h.01" stroke-width="2.2" />
    </>
  ),
  back: () => (
    <>
      <path d="M10 3.5 5.5 8l4.5 4.5" />
    </>
  ),
  chev: () => (
    <>
      <path d="m6 3.5 4.5 4.5L6 12.5" />
    </>
  ),
  copy: () => (
    <>
      <rect x="5.5" y="5.5" width="8" height="8" rx="1.5" />
      <path d="M10.5 5.5V4A1.5 1.5 0 0 0 9 2.5H4A1.5 1.5 0 0 0 2.5 4v5A1.5 1.5 0 0 0 4 10.5h1.5" />
    </>
  ),
  tabs: () => (
    <>
      <rect x="4.5" y="2.5" width="9" height="7" rx="1.5" />
      <path d="M11.5 9.5v2A1.5 1.5 0 0 1 10 13H4a1.5 1.5 0 0 1-1.5-1.5V7A1.5 1.5 0 0 1 4 5.5h.5" />
    </>
  ),
  cloud: () => (
    <>
      <path d="M4.6 12.5a3 3 0 0 1-.3-6 4 4 0 0 1 7.6 1 2.5 2.5 0 0 1-.2 5zM2.5 2.5l11 11" />
    </>
  ),
} satisfies Record<string, () => ComponentChildren>;

export type IconName = keyof typeof drawings;

/** A drawing beside a word, or within a button that has a label: it says nothing of its own. */
export const Icon = ({ name }: { readonly name: IconName }) => (
  <svg class="i" viewBox="0 0 16 16" aria-hidden="true">
    {drawings[name]()}
  </svg>
);
