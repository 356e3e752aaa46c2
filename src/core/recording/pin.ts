import { pinnedEnvironment } from '../sandbox/environment';
import type { Capture } from './capture';
import type { Recorder } from './recorder';

/**
 * Makes a flaky case firm by setting in it the variables that its output depends on, to the values
 * that every case finds anyway, and records it anew. What no variable pins stays flaky.
 */
export async function pinFlakes(
  recorder: Pick<Recorder, 'record'>,
  capture: Capture,
): Promise<{ readonly capture: Capture; readonly pinned: readonly string[] }> {
  const surroundings = new Map(pinnedEnvironment());
  const names = [...new Set(capture.flakes.flatMap(({ pinnedBy }) => pinnedBy))].filter((name) =>
    surroundings.has(name),
  );
  if (names.length === 0) {
    return { capture, pinned: [] };
  }
  const { case: captured } = capture;
  const values = names.map((name) => [name, surroundings.get(name) ?? ''] as const);
  const input = {
    ...captured.input,
    env: { ...captured.input.env, ...Object.fromEntries(values) },
  };
  return { capture: await recorder.record({ ...captured, input }), pinned: names };
}
