/**
 * The events that a text names, in order: `12`, `0-40`, `0-40, 77`; numbers from 0 to `count` - 1.
 * `undefined` where it names anything else.
 */
export function parseSelection(text: string, count: number): Uint32Array | undefined {
  const chosen = new Uint8Array(count);
  for (const part of text.split(',')) {
    const range = /^\s*(\d+)\s*(?:[-–]\s*(\d+)\s*)?$/.exec(part);
    const first = Number(range?.[1]);
    const last = Number(range?.[2] ?? range?.[1]);
    if (range === null || first > last || last >= count) {
      return undefined;
    }
    chosen.fill(1, first, last + 1);
  }
  const ordinals = Uint32Array.from({ length: count }, (_, ordinal) => ordinal);
  return ordinals.filter((ordinal) => chosen[ordinal] === 1);
}
