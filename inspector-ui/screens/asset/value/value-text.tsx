/** Texts, Markdown, images and bytes. */
import { useSignal } from "@preact/signals";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { formatBytes } from "../../../parts/format.ts";
import { useRowWindow } from "../../../parts/rows.tsx";
import { fromBase64, hexLines } from "./hex.ts";

/** Text as it is. Markup of any kind is shown and never run. */
export const ValueText = ({ text }: { readonly text: string }) => (
  <pre class="pad source" tabIndex={0} role="region" aria-label="Text">
    {text}
  </pre>
);

/** Rendered Markdown. What renders it is loaded the first time. */
export const ValueMarkdown = ({ text }: { readonly text: string }) => {
  const element = useRef<HTMLDivElement>(null);
  const isFailed = useSignal(false);
  useEffect(() => {
    let isCurrent = true;
    import("./markdown.ts").then(
      ({ markdownToHtml }) => {
        if (!isCurrent || element.current === null) return;
        // The HTML is micromark's: what the text has of it is escaped.
        element.current.innerHTML = markdownToHtml(text);
      },
      () => {
        isFailed.value = isCurrent;
      },
    );
    return () => {
      isCurrent = false;
    };
  }, [text, isFailed]);
  return isFailed.value ? <ValueText text={text} /> : <div class="pad md" ref={element} />;
};

export const ValueImage = ({ type, base64, name }: { readonly type: string; readonly base64: string; readonly name: string }) => {
  const url = useMemo(() => URL.createObjectURL(new Blob([fromBase64(base64) as BlobPart], { type })), [base64, type]);
  useEffect(() => () => URL.revokeObjectURL(url), [url]);
  return (
    <div class="pad">
      <img class="value-image" src={url} alt={`The value of ${name}`} />
    </div>
  );
};

const lineHeight = 20;

/** Bytes in hexadecimal, with what is printable beside them. */
export const ValueBytes = ({ base64, size }: { readonly base64: string; readonly size: number }) => {
  const scroller = useRef<HTMLDivElement>(null);
  const bytes = useMemo(() => fromBase64(base64), [base64]);
  const lines = useMemo(() => hexLines(bytes), [bytes]);
  const window = useRowWindow(scroller, { count: lines.length, rowHeight: lineHeight });
  return (
    <>
      <div class="hex mono" ref={scroller} tabIndex={0} role="region" aria-label="Bytes">
        <div style={{ height: `${window.height}px`, position: "relative" }}>
          {window.rows.map(({ index, start }) => {
            const line = lines[index];
            return (
              line !== undefined && (
                <div key={index} class="hex-line" style={{ top: `${start}px` }}>
                  <span class="faint">{line.offset}</span>
                  <span>{line.hex}</span>
                  <span class="dim">{line.text}</span>
                </div>
              )
            );
          })}
        </div>
      </div>
      {bytes.length < size && <div class="foot-note faint sm">The first {formatBytes(bytes.length)} are shown.</div>}
    </>
  );
};
