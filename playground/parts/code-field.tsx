import { useRef } from "preact/hooks";
import type { Fault } from "../edits/fault.ts";

interface CodeFieldProps {
  readonly label: string;
  readonly text: string;
  readonly fault: Fault | undefined;
  readonly onInput: (text: string) => void;
}

/** How many lines are seen at once. */
const mostLines = 28;

/** A text of code with the numbers of its lines; the line of a fault is marked. */
export const CodeField = ({ label, text, fault, onInput }: CodeFieldProps) => {
  const numbers = useRef<HTMLOListElement>(null);
  const lines = text.split("\n");
  return (
    <div class="code-field">
      <ol ref={numbers} aria-hidden="true">
        {lines.map((_, index) => (
          <li key={index} class={fault?.line === index + 1 ? "bad" : ""}>
            {index + 1}
          </li>
        ))}
      </ol>
      <textarea
        aria-label={label}
        aria-invalid={fault !== undefined}
        wrap="off"
        rows={Math.min(lines.length + 1, mostLines)}
        spellcheck={false}
        autocapitalize="off"
        autocomplete="off"
        value={text}
        onInput={({ currentTarget }) => onInput(currentTarget.value)}
        onScroll={({ currentTarget }) => numbers.current?.scrollTo(0, currentTarget.scrollTop)}
      />
    </div>
  );
};
