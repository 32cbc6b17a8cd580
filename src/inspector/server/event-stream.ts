import { Refusal } from "../../http/refusal.ts";
import type { Inspection } from "../inspection.ts";
import { jsonText } from "../json-text.ts";
import { answer, headersOf } from "./answers.ts";
import { batches, type Pace } from "./batches.ts";

/** Streams of events, of which there are only so many at the same time. */
export class EventStreams {
  readonly #most: number;
  readonly #pace: Pace;
  #open = 0;

  constructor(most: number, pace: Pace) {
    this.#most = most;
    this.#pace = pace;
  }

  /**
   * Answers with events after the cursor of a request: as a stream of server-sent events, or with the first batch for who asks for
   * JSON.
   *
   * @throws a refusal for a wrong cursor, and when there are too many streams
   */
  async respond(inspection: Inspection, request: Request): Promise<Response> {
    const after = cursorOf(request);
    if (this.#open >= this.#most) {
      throw new Refusal("Unavailable", 503, `there are ${this.#most} streams already; close another page, or raise limits.streams`);
    }
    this.#open++;
    const isPoll = /\bapplication\/json\b/.test(request.headers.get("accept") ?? "");
    const over = new AbortController();
    const end = (): void => over.abort();
    const timer = setTimeout(end, isPoll ? this.#pace.pollMs : this.#pace.streamMs);
    request.signal?.addEventListener("abort", end, { once: true });
    const leave = (): void => {
      clearTimeout(timer);
      request.signal?.removeEventListener("abort", end);
      over.abort();
      this.#open--;
    };
    const found = batches(inspection.events(after, over.signal), after, over.signal, this.#pace);
    return isPoll ? this.#poll(found, after, leave) : streamOf(found, leave);
  }

  async #poll(found: ReturnType<typeof batches>, after: number, leave: () => void): Promise<Response> {
    try {
      for await (const each of found) if (typeof each === "object" && "events" in each) return answer(200, each);
      return answer(200, { cursor: after, events: [], runs: [], nodes: [], live: [] });
    } finally {
      leave();
    }
  }
}

function streamOf(found: ReturnType<typeof batches>, leave: () => void): Response {
  const encoder = new TextEncoder();
  let isOpen = true;
  const close = (): void => {
    if (isOpen) leave();
    isOpen = false;
  };
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(encoder.encode(": open\n\n")),
    pull: async (controller) => {
      // A source that fails ends the stream: the client asks again, and is told why.
      const { done, value } = await found.next().catch(() => ({ done: true as const, value: undefined }));
      if (!done) return controller.enqueue(encoder.encode(textOf(value)));
      close();
      controller.close();
    },
    cancel: close,
  });
  const headers = { ...headersOf(), "content-type": "text/event-stream", "x-accel-buffering": "no" };
  return new Response(body, { headers });
}

function textOf(each: Awaited<ReturnType<ReturnType<typeof batches>["next"]>>["value"]): string {
  if (each === "alive") return ": alive\n\n";
  const data = jsonText(each);
  return "events" in each ? `id: ${each.cursor}\nevent: batch\ndata: ${data}\n\n` : `event: connection\ndata: ${data}\n\n`;
}

/** The cursor of a client that comes again is that of the last batch which it has heard. */
function cursorOf(request: Request): number {
  const given = request.headers.get("last-event-id") || (new URL(request.url).searchParams.get("after") ?? "0");
  const cursor = /^\d{1,16}$/.test(given) ? Number(given) : Number.NaN;
  if (Number.isSafeInteger(cursor)) return cursor;
  throw new Refusal("SettingsError", 422, 'Invalid after of "events"; expected the id of an event', { field: "after" });
}
