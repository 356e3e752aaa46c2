import type { Diagnosis, ToolchainStatus } from '../../core/doctor';
import type { EngineStatus } from '../../core/sandbox/sandbox';
import { languageTitles } from '../../core/targets/languageDefaults';

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

/** What works on this machine and what does not, in lines that a person reads. */
export function diagnosisLines({ engines, engine, toolchains }: Diagnosis): string[] {
  return [
    ...engines.flatMap(engineLines),
    ...(engine === undefined
      ? ['No toolchain was tried, since nothing runs outside of a sandbox.']
      : [`Toolchains, as tried in ${engine}:`, ...toolchains.flatMap(toolchainLines)]),
  ];
}

function engineLines(status: EngineStatus): string[] {
  return status.works
    ? [
        `${status.engine} works: ${status.version}.`,
        ...status.warnings.map((warning) => `  ${warning}`),
      ]
    : brokenLines(status.engine, status);
}

function toolchainLines(status: ToolchainStatus): string[] {
  const title = languageTitles[status.language];
  return status.works ? [`${title} works: ${status.version}.`] : brokenLines(title, status);
}

function brokenLines(what: string, { reason, action }: { reason: string; action: string }) {
  return [`${what} does not work: ${reason.replace(/\.$/u, '')}.`, `  ${action}`];
}
