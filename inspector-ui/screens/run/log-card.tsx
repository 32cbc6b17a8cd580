import { useSignal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import type { LogRecord } from "../../../src/storage/records.ts";
import { useKeys } from "../../frame/keys.ts";
import { Button, Card } from "../../parts/basics.tsx";
import { CopyButton } from "../../parts/copy-button.tsx";
import { formatCount, formatNumber } from "../../parts/format.ts";
import { Problem } from "../../parts/problem-note.tsx";
import { useStore } from "../../state/context.ts";
import { type LogLevel, LogLines, logText } from "./log-lines.ts";
import { LogReader, mostLines } from "./log-reader.ts";
import { Lines } from "./log-view.tsx";

const levels = ["debug", "info", "warn", "error"] as const;

/** The log of a run: what is recorded, and what comes in while it goes on. */
export const LogCard = ({ runId }: { readonly runId: string }) => {
  const store = useStore();
  const lines = useMemo(() => new LogLines(), []);
  const version = useSignal(0);
  const least = useSignal<LogLevel>("debug");
  const find = useSignal("");
  const isFollowing = useSignal(true);
  const error = useSignal<unknown>(undefined);
  const reader = useMemo(() => {
    const take = (rows: readonly LogRecord[]): void => {
      lines.add(rows, "recorded");
      version.value++;
    };
    return new LogReader((id, options) => store.inspection.logs(id, options), runId, take);
  }, [store, runId, lines, version]);

  const read = (signal: AbortSignal): void => {
    error.value = undefined;
    reader.read(signal).catch((cause: unknown) => {
      if (!signal.aborted) error.value = cause;
    });
  };
  useEffect(() => {
    const session = new AbortController();
    lines.add(
      store.live.peek().logs.filter((line) => line.runId === runId),
      "live",
    );
    read(session.signal);
    const stop = store.onBatch((batch) => {
      const live = batch.live.filter((event) => event.type === "log" && event.runId === runId) as (LogRecord & { type: "log" })[];
      if (live.length > 0 && lines.add(live, "live") > 0) version.value++;
      // What a step has logged is recorded when it ends.
      const mayBeMore = batch.events.some((event) => event.runId === runId && event.type !== "StepStart");
      if (mayBeMore) read(session.signal);
    });
    return () => {
      session.abort();
      stop();
    };
  }, [store, runId, reader, lines, version]);

  const choose = (level: LogLevel, text: string): void => {
    least.value = level;
    find.value = text;
    lines.filter({ least: level, find: text });
    version.value++;
  };
  const follow = (isOn: boolean): void => {
    isFollowing.value = isOn;
  };
  useKeys([{ keys: "l", label: "Follow the log", group: "Run", run: () => follow(!isFollowing.value) }]);

  const { counts, total } = lines;
  const shown = lines.shown;
  return (
    <Card
      title="Log"
      sub={shown.length === total ? formatCount(total, "line") : `${formatNumber(shown.length)} of ${formatCount(total, "line")}`}
      acts={
        <>
          <input
            class="search"
            type="search"
            placeholder="Search the log"
            aria-label="Search the log"
            value={find.value}
            onInput={(event) => choose(least.value, event.currentTarget.value)}
          />
          <span class="seg" role="group" aria-label="Level">
            {levels.map((level) => (
              <button key={level} type="button" aria-pressed={level === least.value} onClick={() => choose(level, find.value)}>
                {levelText(level, counts)}
              </button>
            ))}
          </span>
          <CopyButton text={() => logText(lines.shown)}>Copy</CopyButton>
          <Button aria-pressed={isFollowing.value} onClick={() => follow(!isFollowing.value)}>
            Follow
          </Button>
        </>
      }
      {...(reader.isCut && { foot: `The first ${formatNumber(mostLines)} lines. The records have more.` })}
    >
      {error.value !== undefined && <Problem error={error.value} onRetry={() => read(new AbortController().signal)} />}
      <Lines shown={shown} version={version.value} isFollowing={isFollowing.value} onFollow={follow} isEmpty={total === 0} />
    </Card>
  );
};

const levelText = (level: LogLevel, counts: Readonly<Record<LogLevel, number>>): string =>
  level === "debug"
    ? "All"
    : level === "info"
      ? "Info"
      : level === "warn"
        ? `Warnings${counts.warn > 0 ? ` ${formatNumber(counts.warn)}` : ""}`
        : `Errors${counts.error > 0 ? ` ${formatNumber(counts.error)}` : ""}`;
