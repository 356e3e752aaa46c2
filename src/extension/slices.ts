import { performance } from 'node:perf_hooks';

/** Milliseconds of work before others have their turn on the extension host's thread. */
const sliceMs = 8;

/**
 * Does a piece of work for each of many, and lets others have the thread in between.
 * @param goesOn Asked after each pause; the rest is left out when it says no.
 * @returns whether all was done.
 */
export async function inSlices<T>(
  items: Iterable<T>,
  work: (item: T) => void,
  goesOn: () => boolean = () => true,
): Promise<boolean> {
  let began = performance.now();
  for (const item of items) {
    work(item);
    if (performance.now() - began >= sliceMs) {
      await new Promise((resolve) => setImmediate(resolve));
      if (!goesOn()) {
        return false;
      }
      began = performance.now();
    }
  }
  return true;
}
