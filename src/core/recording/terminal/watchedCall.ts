import type { CaseInput, FileEntry } from '../../cases/case';
import { bytesContent } from '../../cases/content';
import { CancelledError, errorText } from '../../errors';
import type { ExecResult, ExecStatus } from '../../sandbox/sandbox';
import type { Recorder } from '../recorder';
import { changedEnvironment } from './changedEnvironment';
import type { ShimConnection } from './shimConnection';
import type { ShimCall } from './shimProtocol';
import { filesInUse, readWorkingFiles } from './workingFiles';
import { writeBack } from './writeBack';

/** What came of a call, for whoever records it. */
export type WatchedCall =
  | {
      readonly input: CaseInput;
      /** All that the call could have read. */
      readonly allFiles: readonly FileEntry[];
      /** What the program answered; absent when it was not heard to its end. */
      readonly result?: ExecResult;
    }
  | { readonly leftOut: string };

/** Milliseconds after which a program that still runs is taken to wait for what is typed. */
const typingAfter = 300;
/** Exit codes of a shim, as shells and `timeout` have them. */
const codes = { harness: 125, unstartable: 126 } as const;

/**
 * Runs a call of the target in a sandbox, its streams those of the shim, and does in its working
 * directory what the program did in its own.
 * @param environment The variables as they were when the shell began.
 */
export async function watchCall(
  recorder: Recorder,
  shim: ShimConnection,
  call: ShimCall,
  environment: ReadonlyMap<string, string>,
): Promise<WatchedCall> {
  const { cwd, args } = call;
  const { entries, cut, outside } = await readWorkingFiles(cwd, args);
  const env = changedEnvironment(environment, call.env);
  const hints = [
    ...outside.map(
      (named) => `${named} lies outside of this folder, so the reference can't see it`,
    ),
    ...(cut ? ['this folder holds more than a case may, so the reference sees a part of it'] : []),
  ];
  if (call.stderrIsTerminal) {
    hints.forEach((hint) => shim.stderr(Buffer.from(`mirrorcode: ${hint}.\n`)));
  }
  const input: CaseInput = { args, env, stdin: bytesContent(''), files: entries };
  let stdinRead = 0;
  const typing = call.stdinIsTerminal ? setTimeout(() => shim.readStdin(), typingAfter) : undefined;
  try {
    const result = await recorder.watch(input, shim.stdin(), {
      signal: shim.gone,
      onStdout: (bytes) => shim.stdout(bytes),
      onStderr: (bytes) => shim.stderr(bytes),
      onStdinRead: (bytes) => {
        stdinRead = bytes;
        shim.readStdin();
      },
    });
    await writeBack(cwd, result.outputs);
    return finish(shim, result, input, stdinRead);
  } catch (error) {
    if (error instanceof CancelledError || shim.gone.aborted) {
      return interrupted(shim, input);
    }
    tell(shim, errorText(error), codes.harness);
    return { leftOut: errorText(error) };
  } finally {
    clearTimeout(typing);
  }
}

function finish(
  shim: ShimConnection,
  result: ExecResult,
  input: CaseInput,
  stdinRead: number,
): WatchedCall {
  const { status, reads = [], outputs } = result;
  if (status.kind !== 'exit' && status.kind !== 'signal') {
    const why = endedBy(status);
    tell(shim, why, status.kind === 'unstartable' ? codes.unstartable : codes.harness);
    return { leftOut: why };
  }
  shim.exit(status.kind, status.kind === 'exit' ? status.code : status.signal, stdinRead);
  const stdin = shim.stdinBytes(stdinRead);
  if (stdin === undefined) {
    return { leftOut: 'it read more from stdin than a case may hold' };
  }
  const files = filesInUse(input.files, reads, outputs);
  return {
    input: { ...input, stdin: bytesContent(stdin), files },
    allFiles: input.files,
    result,
  };
}

/** The author ended it, or what reads its output did. */
function interrupted(shim: ShimConnection, input: CaseInput): WatchedCall {
  const stdin = shim.stdinEnded ? shim.stdinBytes() : undefined;
  return stdin === undefined || !shim.outClosed
    ? {
        leftOut: shim.outClosed
          ? 'its output was cut off before its stdin had ended'
          : 'it was interrupted',
      }
    : { input: { ...input, stdin: bytesContent(stdin) }, allFiles: input.files };
}

function endedBy(status: Exclude<ExecStatus, { kind: 'exit' | 'signal' }>): string {
  switch (status.kind) {
    case 'timeout':
      return 'it ran for a day';
    case 'limit':
      return `it was stopped at the limit of ${status.limit}`;
    case 'unstartable':
      return `it did not start: ${status.reason}`;
  }
}

function tell(shim: ShimConnection, why: string, code: number): void {
  shim.stderr(Buffer.from(`mirrorcode: not captured: ${why}\n`));
  shim.exit('exit', code, 0);
}
