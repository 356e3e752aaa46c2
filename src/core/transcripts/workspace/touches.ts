import type { FileOperation } from './operations';
import type { RecordedChange, RecordedFile } from './recordedStates';
import { RecordedStates } from './recordedStates';

/** A file as a recorded state holds it, byte by byte. */
export interface RecordedOperation {
  readonly type: 'recorded';
  readonly file: RecordedFile;
}

/** What one event did to one file, by its number in the event. */
export interface Touch {
  readonly ordinal: number;
  readonly operation: FileOperation | RecordedOperation;
  /** The change is that of a touch before it, of which it only says what came of it. */
  readonly isResult?: true;
}

export type Touches = Map<string, Touch[]>;

/** Whether a touch is a change, and not what came of one or what was seen. */
export function isChange({ operation, isResult }: Touch): boolean {
  return operation.type !== 'observe' && isResult !== true;
}

/** Recorded contents of one file that are compared, and their bytes together. */
const mostRecorded = 1000;
const mostBytes = 32 * 2 ** 20;

/**
 * The touches that a file is put together from: of those that say what it held the last ones. Lines
 * that are older count as those of the first of them.
 */
export function lastTouches(touches: readonly Touch[]): readonly Touch[] {
  let count = 0;
  let bytes = 0;
  const first = touches.findLastIndex(({ operation }) => {
    if (operation.type === 'recorded') {
      count++;
      bytes += operation.file.kind === 'file' ? operation.file.size : 0;
    }
    return operation.type === 'recorded' && (count >= mostRecorded || bytes > mostBytes);
  });
  return touches.slice(Math.max(0, first));
}

/**
 * Puts recorded states among the touches that were worked out from the run's edits. Of those only the
 * ones stay that led to a change that was recorded, or for which no state has been recorded yet.
 */
export function settleTouches(touches: Touches, states: RecordedStates): void {
  const { changes, settled } = states;
  const last = settled.at(-1);
  if (last === undefined) {
    return;
  }
  placeRelative(touches, changes);
  const paths = [...touches.keys()].filter((path) => RecordedStates.covers(path));
  for (const path of new Set([...paths, ...changes.keys()])) {
    const merged = merge(path, touches.get(path) ?? [], changes.get(path) ?? [], settled);
    if (merged.length === 0) {
      touches.delete(path);
    } else {
      touches.set(path, merged);
    }
  }
}

function merge(
  path: string,
  inferred: readonly Touch[],
  recorded: readonly RecordedChange[],
  settled: readonly number[],
): Touch[] {
  const merged: Touch[] = [];
  let next = 0;
  for (const { ordinal, file } of recorded) {
    const from = lastBefore(settled, ordinal);
    let isResult = false;
    for (; (inferred[next]?.ordinal ?? Infinity) <= ordinal; next++) {
      const touch = inferred[next];
      if (touch !== undefined && touch.ordinal > from) {
        merged.push(touch);
        isResult ||= isChange(touch);
      }
    }
    const operation = file === undefined ? { type: 'delete', path } : { type: 'recorded', file };
    merged.push({ ordinal, operation, ...(isResult ? { isResult } : {}) } as Touch);
  }
  const last = settled.at(-1) ?? -1;
  return [...merged, ...inferred.slice(next).filter(({ ordinal }) => ordinal > last)];
}

/** The last of the ascending numbers that is less than one; -1 where none is. */
function lastBefore(numbers: readonly number[], one: number): number {
  let low = 0;
  let high = numbers.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((numbers[middle] ?? Infinity) < one) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return numbers[low - 1] ?? -1;
}

/** A relative path stands for the one file of the states that ends in it. */
function placeRelative(
  touches: Touches,
  changes: ReadonlyMap<string, readonly RecordedChange[]>,
): void {
  const recorded = [...changes.keys()];
  for (const [path, list] of touches) {
    const ending = path.startsWith('/') ? [] : recorded.filter((one) => one.endsWith(`/${path}`));
    const [place] = ending;
    if (place !== undefined && ending.length === 1) {
      touches.delete(path);
      const merged = [...(touches.get(place) ?? []), ...list];
      touches.set(
        place,
        merged.sort((a, b) => a.ordinal - b.ordinal),
      );
    }
  }
}
