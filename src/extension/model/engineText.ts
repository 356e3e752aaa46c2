import type { EngineStatus } from '../../core/sandbox/sandbox';

/** The engine that programs would be run in: the first that works, or the one that is chosen. */
export function engineInUse(
  statuses: readonly EngineStatus[],
  choice: string,
): Extract<EngineStatus, { works: true }> | undefined {
  return statuses.find(
    (status): status is Extract<EngineStatus, { works: true }> =>
      status.works && (choice === 'auto' || choice === status.engine),
  );
}

/** Why there is no engine to run programs in, as a sentence; nothing where there is one. */
export function engineProblem(
  statuses: readonly EngineStatus[],
  choice: string,
): string | undefined {
  if (engineInUse(statuses, choice) !== undefined) {
    return undefined;
  }
  const working = engineInUse(statuses, 'auto');
  return working === undefined
    ? 'No engine works here, so nothing can be recorded or scored.'
    : `The setting mirrorcode.engine names ${choice}, which does not work here; ${working.engine} does.`;
}
