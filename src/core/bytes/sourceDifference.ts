import type { Progress } from '../progress';
import { asBuffer, commonPrefixLength, commonSuffixLength } from './affix';
import type { ByteSource } from './byteSource';
import type { FirstDifference } from './difference';
import { countLineFeeds, lineFeed } from './lineFeeds';

/** Bytes read at a time: two of them fit in the processor's second cache. */
const chunkSize = 512 << 10;
/** Bytes of each side between two steps; a multiple of the chunk. */
const stepSize = 64 << 20;

/** As `firstDifference`, of sources of any size. */
export function firstSourceDifference(a: ByteSource, b: ByteSource): FirstDifference | undefined {
  const steps = firstDifferenceSteps(a, b);
  for (;;) {
    const { done, value } = steps.next();
    if (done === true) {
      return value;
    }
  }
}

/** The same; yields now and then, so that its caller can report progress (bytes of both) and stop. */
export function* firstDifferenceSteps(
  a: ByteSource,
  b: ByteSource,
): Generator<Progress, FirstDifference | undefined> {
  const left = Buffer.allocUnsafeSlow(chunkSize);
  const right = Buffer.allocUnsafeSlow(chunkSize);
  const end = Math.min(a.size, b.size);
  let line = 1;
  let lineStart = 0;
  for (let start = 0; start < end; start += chunkSize) {
    if (start % stepSize === 0) {
      yield { done: 2 * start, total: a.size + b.size };
    }
    const x = left.subarray(0, Math.min(chunkSize, end - start));
    const y = right.subarray(0, x.length);
    a.readInto(x, start);
    b.readInto(y, start);
    const same = commonPrefixLength(x, y);
    const lastLineFeed = same === 0 ? -1 : x.lastIndexOf(lineFeed, same - 1);
    if (lastLineFeed !== -1) {
      line += countLineFeeds(x, 0, lastLineFeed + 1);
      lineStart = start + lastLineFeed + 1;
    }
    if (same < x.length) {
      return { offset: start + same, line, column: start + same - lineStart + 1 };
    }
  }
  return a.size === b.size ? undefined : { offset: end, line, column: end - lineStart + 1 };
}

/**
 * How many bytes both sides have in common at the end, behind the first difference, and cut back to
 * the beginning of a line: 0 where no line begins in them.
 */
export function commonTail(a: ByteSource, b: ByteSource): number {
  const left = Buffer.allocUnsafeSlow(chunkSize);
  const right = Buffer.allocUnsafeSlow(chunkSize);
  const most = Math.min(a.size, b.size);
  let same = 0;
  /** The shortest tail so far that begins with a line … of those that end in an earlier chunk. */
  let tail = 0;
  while (same < most) {
    const length = Math.min(chunkSize, most - same);
    const x = left.subarray(0, length);
    const y = right.subarray(0, length);
    a.readInto(x, a.size - same - length);
    b.readInto(y, b.size - same - length);
    const equal = commonSuffixLength(x, y);
    const common = asBuffer(x).subarray(length - equal);
    const at = common.indexOf(lineFeed);
    if (at !== -1) {
      tail = same + equal - at - 1;
    }
    same += equal;
    if (equal < length) {
      return tail;
    }
  }
  return tail;
}
