/** Scales: numbers as pixels, and the round numbers at which a scale has its lines. */

type Span = readonly [from: number, to: number];

/** Maps a span to another. One without length is in the middle of the other. */
export function linear([from, to]: Span, [start, end]: Span): (value: number) => number {
  return from === to ? () => (start + end) / 2 : (value) => start + ((value - from) / (to - from)) * (end - start);
}

/** About `count` round numbers within a span, from the least to the largest. */
export function ticksOf([from, to]: Span, count: number): readonly number[] {
  if (from >= to) return [from];
  const step = stepOf(to - from, count);
  const [first, last] = [Math.ceil(step.indexOf(from)), Math.floor(step.indexOf(to))];
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => step.at(first + index));
}

/** The span from the round number at or below its start to that at or above its end. */
export function roundSpan(span: Span, count: number): Span {
  let [from, to] = span;
  // A longer span may have longer steps; it comes to rest soon.
  for (let round = 0, size = 0; round < 10 && from < to; round++) {
    const step = stepOf(to - from, count);
    if (step.size === size) break;
    [from, to] = [step.at(Math.floor(step.indexOf(from))), step.at(Math.ceil(step.indexOf(to)))];
    size = step.size;
  }
  return [from, to];
}

interface Step {
  readonly size: number;
  readonly at: (index: number) => number;
  readonly indexOf: (value: number) => number;
}

/** The step of which about `count` are in a length: 1, 2 or 5 times a power of ten. */
function stepOf(length: number, count: number): Step {
  const power = Math.floor(Math.log10(length / count));
  const share = length / count / 10 ** power;
  const factor = share >= Math.sqrt(50) ? 10 : share >= Math.sqrt(10) ? 5 : share >= Math.SQRT2 ? 2 : 1;
  // Below one it divides: 3 / 10 is 0.3, and 3 * 0.1 is not.
  const [times, by] = power < 0 ? [factor, 10 ** -power] : [factor * 10 ** power, 1];
  return { size: times / by, at: (index) => (index * times) / by, indexOf: (value) => (value * by) / times };
}
