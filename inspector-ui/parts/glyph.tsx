/** One glyph for each way that things stand: its shape alone tells it, without its colour. */
import type { ComponentChildren } from "preact";
import type { Form } from "./status.ts";

const drawings: Readonly<Record<Form, () => ComponentChildren>> = {
  ok: () => (
    <>
      <circle cx="7" cy="7" r="6" fill="currentColor" />
      <path d="m4.3 7.2 1.9 1.9 3.6-4" fill="none" stroke="var(--surface)" stroke-width="1.6" />
    </>
  ),
  stale: () => (
    <>
      <circle cx="7" cy="7" r="5.25" fill="none" stroke="currentColor" stroke-width="1.5" />
      <path d="M7 1.75a5.25 5.25 0 0 1 0 10.5z" fill="currentColor" />
    </>
  ),
  part: () => (
    <>
      <circle cx="7" cy="7" r="5.25" fill="none" stroke="currentColor" stroke-width="1.5" />
      <path d="M7 7V1.75A5.25 5.25 0 1 1 1.75 7z" fill="currentColor" />
    </>
  ),
  fail: () => (
    <>
      <path d="M4.4.9h5.2l3.5 3.5v5.2l-3.5 3.5H4.4L.9 9.6V4.4z" fill="currentColor" />
      <path d="m4.9 4.9 4.2 4.2m0-4.2L4.9 9.1" stroke="var(--surface)" stroke-width="1.6" fill="none" />
    </>
  ),
  run: () => (
    <>
      <g class="spin">
        <circle cx="7" cy="7" r="5.25" fill="none" stroke="currentColor" stroke-width="1.75" opacity=".25" />
        <path d="M7 1.75A5.25 5.25 0 0 1 12.25 7" fill="none" stroke="currentColor" stroke-width="1.75" />
      </g>
    </>
  ),
  none: () => (
    <>
      <circle cx="7" cy="7" r="5.25" fill="none" stroke="currentColor" stroke-width="1.5" stroke-dasharray="2.2 1.93" />
    </>
  ),
  loose: () => (
    <>
      <path d="m7 .9 6.1 6.1L7 13.1.9 7z" fill="none" stroke="currentColor" stroke-width="1.5" />
      <circle cx="7" cy="7" r="1.6" fill="currentColor" />
    </>
  ),
  seen: () => (
    <>
      <path d="M.9 7S3.2 3 7 3s6.1 4 6.1 4-2.3 4-6.1 4S.9 7 .9 7z" fill="none" stroke="currentColor" stroke-width="1.4" />
      <circle cx="7" cy="7" r="1.8" fill="currentColor" />
    </>
  ),
  no: () => (
    <>
      <circle cx="7" cy="7" r="5.25" fill="none" stroke="currentColor" stroke-width="1.5" />
      <path d="M4.5 7h5" stroke="currentColor" stroke-width="1.5" />
    </>
  ),
  skip: () => (
    <>
      <path d="M2 3v8l5-4zM8 3v8l5-4z" fill="currentColor" />
    </>
  ),
  task: () => (
    <>
      <path d="M3 7h8" stroke="currentColor" stroke-width="1.5" />
    </>
  ),
};

export const Glyph = ({ form }: { readonly form: Form }) => (
  <svg class={`g c-${form}`} viewBox="0 0 14 14" aria-hidden="true">
    {drawings[form]()}
  </svg>
);
