import type { Encoded } from "./encoded-form.ts";
import { ours } from "./encoded-form.ts";
import { viewName } from "./view.ts";

/** Bytes to which the start of a shared range is rounded, so that every number lies as it must. */
const alignment = 8;

interface Member {
  readonly value: ArrayBuffer | ArrayBufferView<ArrayBuffer>;
  readonly start: number;
  readonly end: number;
}

/** Finds the views of a value that share one buffer, so that they come back sharing one. */
export class SharedBuffers {
  readonly #members = new Map<ArrayBuffer, Member[]>();

  add(value: object): void {
    const { buffer, byteOffset, byteLength } = ArrayBuffer.isView(value)
      ? (value as ArrayBufferView<ArrayBuffer>)
      : { buffer: value as ArrayBuffer, byteOffset: 0, byteLength: (value as ArrayBuffer).byteLength };
    const member = { value: value as ArrayBuffer, start: byteOffset, end: byteOffset + byteLength };
    const others = this.#members.get(buffer);
    if (others === undefined) this.#members.set(buffer, [member]);
    else others.push(member);
  }

  /** Changes what is written for those that share a buffer. */
  share(encoded: Map<unknown, Encoded>): void {
    for (const [buffer, members] of this.#members) {
      if (members.length < 2) continue;
      const sharing = sharingOf(members);
      if (sharing.length < 2) continue;
      let [start, end] = [buffer.byteLength, 0];
      for (const member of sharing) {
        start = Math.min(start, member.value === buffer ? 0 : member.start);
        end = Math.max(end, member.end);
      }
      start = Math.floor(start / alignment) * alignment;
      const shared = new Uint8Array(buffer, start, end - start);
      for (const { value, start: offset } of sharing) {
        const length = (value as { readonly length?: number }).length ?? value.byteLength;
        encoded.set(value, { type: ours("view", viewName(value), offset - start, length), shared });
      }
    }
  }
}

/** Buffers of Node lie in one pool side by side, which says nothing: they share only what they have in common. */
function sharingOf(members: readonly Member[]): readonly Member[] {
  const sorted = [...members].sort((left, right) => left.start - right.start || left.end - right.end);
  const overlapping = new Set<Member>();
  let widest: Member | undefined;
  for (const member of sorted) {
    if (widest !== undefined && member.start < widest.end) {
      overlapping.add(widest);
      overlapping.add(member);
    }
    if (widest === undefined || member.end > widest.end) widest = member;
  }
  return sorted.filter((member) => overlapping.has(member) || viewName(member.value) !== "Buffer");
}
