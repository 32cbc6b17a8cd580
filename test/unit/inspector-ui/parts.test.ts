import { afterEach, describe, expect, it, vi } from "vitest";
import { connectionText } from "../../../inspector-ui/frame/connection.ts";
import { openLiveRegion } from "../../../inspector-ui/frame/live-region.ts";
import { fingerprint, shortVersion } from "../../../inspector-ui/parts/fingerprint.ts";
import {
  formatAgo,
  formatBytes,
  formatDecimal,
  formatDuration,
  formatSince,
  formatUtc,
  formatValue,
} from "../../../inspector-ui/parts/format.ts";
import { problemOf } from "../../../inspector-ui/parts/problem.ts";
import { EdgewaterError } from "../../../src/errors.ts";

describe("formats", () => {
  it("of bytes have three digits and the unit that fits", () => {
    expect([0, 999, 1_000, 470_987, 999_499, 999_500, 2.5e9, 4e15].map(formatBytes)).toEqual([
      "0 B",
      "999 B",
      "1.00 kB",
      "471 kB",
      "999 kB",
      "1.00 MB",
      "2.50 GB",
      "4000 TB",
    ]);
  });

  it("of durations are short", () => {
    expect([0, 412, 999.6, 3_000, 99_960, 3 * 3_600_000, 5 * 86_400_000, -4].map(formatDuration)).toEqual([
      "0 ms",
      "412 ms",
      "1.0 s",
      "3.0 s",
      "2 min",
      "3 h",
      "5 d",
      "0 ms",
    ]);
  });

  it("of the past are in their largest unit", () => {
    const now = 1e12;
    expect([0, 40_000, 120_000, 3 * 3_600_000, 72 * 3_600_000, -5_000].map((ms) => formatAgo(now - ms, now))).toEqual([
      "now",
      "40 s",
      "2 min",
      "3 h",
      "3 d",
      "now",
    ]);
    expect(formatSince(now, now)).toBe("just now");
    expect(formatUtc(Number.NaN)).toBe("not a time");
  });

  it("of numbers say no more than they know", () => {
    expect([1707, 1.6345, 0.00001, 123456.789, Number.POSITIVE_INFINITY].map(formatValue)).toEqual([
      "1,707",
      "1.635",
      "0.00001000",
      "123457",
      "Infinity",
    ]);
    expect([formatDecimal(2, 2), formatDecimal(-122.197, 2), formatDecimal(0.0001, 2), formatDecimal(0, 1)]).toEqual([
      "2.00",
      "-122.20",
      "0.0001",
      "0.0",
    ]);
  });
});

describe("a version", () => {
  it("is four bars, equal for equal versions, whatever the name of the hash", () => {
    expect(fingerprint("sha256:2d906ee5")).toEqual(fingerprint("2d906ee5"));
    expect(fingerprint("2d906ee5")).not.toEqual(fingerprint("b03f71c8"));
    expect(fingerprint("")).toHaveLength(4);
    expect(fingerprint("v1")).toHaveLength(4);
    expect(shortVersion("sha256:2d906ee5b1c4")).toBe("2d906ee5");
  });
});

describe("an error", () => {
  it("is told with its code when it is one of the library", () => {
    expect(problemOf(new EdgewaterError("NotFound", "Cannot find it"))).toEqual({
      title: "Not found",
      message: "Cannot find it",
      code: "NotFound",
    });
    expect(problemOf(new TypeError("no"))).toEqual({ title: "This failed", message: "no" });
    expect(problemOf("text")).toEqual({ title: "This failed", message: "text" });
  });
});

describe("a connection", () => {
  it("that is lost says since when, and when it is tried again", () => {
    expect(connectionText({ alive: 0, state: "live" })).toBeUndefined();
    expect(connectionText({ alive: 0, state: "retrying", retryInMs: 3_200 })?.next).toMatch(/in 4 s\.$/);
    expect(connectionText({ alive: 0, state: "retrying" })?.next).toMatch(/now\.$/);
    expect(connectionText({ alive: 0, state: "ended" })).toMatchObject({
      since: expect.stringMatching(/^A report of/),
      next: "What you see is as it was then.",
    });
  });
});

describe("what is said", () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  it("is one sentence in five seconds", () => {
    vi.useFakeTimers();
    const live = openLiveRegion();
    live.say("a was materialized");
    for (const name of ["b", "b", "c", "d", "e"]) live.say(`${name} was materialized`);
    expect(live.polite.value).toBe("a was materialized");
    vi.advanceTimersByTime(4_999);
    expect(live.polite.value).toBe("a was materialized");
    vi.advanceTimersByTime(1);
    expect(live.polite.value).toBe("b was materialized; c was materialized; d was materialized; and 1 more");
    live.close();
  });

  it("of failures comes at once, and once", () => {
    const live = openLiveRegion();
    live.warn("alerts failed");
    expect(live.assertive.value).toBe("alerts failed");
    live.warn("digest failed");
    live.warn("alerts failed");
    expect(live.assertive.value).toBe("digest failed");
    live.close();
  });
});
