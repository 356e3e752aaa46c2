import path from 'node:path';
import type { Case, Gold } from '../../../core/cases/case';
import { emptyContent } from '../../../core/cases/case';
import { UserError } from '../../../core/errors';
import type { Capture as CapturedCase, CaseDraft } from '../../../core/recording/capture';
import { parseCommandLine } from '../../../core/recording/commandLine';
import { makeDraft } from '../../../core/recording/draft';
import { argsAfterCommand } from '../../../core/recording/drafts';
import { readInput } from '../../../core/recording/inputRow';
import { nameFor, uniqueName } from '../../../core/recording/names';
import type { PendingQueue } from '../../../core/recording/pending';
import { pinFlakes } from '../../../core/recording/pin';
import { Recorder } from '../../../core/recording/recorder';
import { compareAnswers } from '../../../core/scoring/comparison';
import type { Target } from '../../../core/targets/target';
import type { Capture } from '../../trees/captureNodes';
import type { EngineCalls, EngineSettings, ParsedLine, RecordRequest, StdinChoice } from '../api';
import type { Handlers } from '../rpcServer';
import { enqueue, listCaptures, openQueue, waitingCase } from './captureQueue';
import type { Catalogue } from './catalogue';
import type { Engines } from './engines';

type RecordCalls = Pick<
  EngineCalls,
  | 'parseLine'
  | 'record'
  | 'rerecord'
  | 'pinCapture'
  | 'captures'
  | 'acceptCapture'
  | 'rejectCapture'
>;

/** Recording cases, and the queue in which they wait to be accepted. */
export function recordHandlers(catalogue: Catalogue, engines: Engines): Handlers<RecordCalls> {
  const capture = async (
    target: Target,
    draft: CaseDraft,
    { repeat, settings }: { readonly repeat: number; readonly settings: EngineSettings },
    signal: AbortSignal,
  ): Promise<CapturedCase> => {
    const engine = await engines.get(settings);
    const recorder = await Recorder.open(target, engine, { runs: repeat, lanes: 1, signal });
    try {
      return await recorder.record(draft);
    } finally {
      await recorder.dispose();
    }
  };
  return {
    parseLine: async ({ target, line }) => {
      const opened = await catalogue.open(target);
      const { cases } = await opened.store.list();
      return parseLine(opened, line, new Set(cases.map(({ name }) => name)));
    },
    record: async (request, { signal, emit }) => {
      const target = await catalogue.open(request.target);
      emit({ done: 0, message: 'in a sandbox' });
      const draft = await draftOf(request);
      const captured = await capture(target, draft, request, signal);
      return enqueue(request.target.root, target, captured);
    },
    rerecord: async ({ target: info, name, ...options }, { signal, emit }) => {
      const target = await catalogue.open(info);
      emit({ done: 0, message: 'in a sandbox' });
      const before = await target.store.read(name);
      const captured = await capture(target, before, options, signal);
      return (await isUnchanged(before, captured))
        ? null
        : enqueue(info.root, target, captured, { replaces: name });
    },
    pinCapture: async ({ capture: waiting, repeat, settings }, { signal, emit }) => {
      const { root, target: targetName, name } = waiting;
      const target = await catalogue.openByName(root, targetName);
      emit({ done: 0, message: 'in a sandbox' });
      const engine = await engines.get(settings);
      const recorder = await Recorder.open(target, engine, { runs: repeat, lanes: 1, signal });
      try {
        return await pinWaiting(recorder, root, target, name);
      } finally {
        await recorder.dispose();
      }
    },
    captures: async ({ roots }) => {
      const lists = await Promise.all(roots.map(async (root) => listCaptures(root)));
      return lists.flat();
    },
    acceptCapture: async ({ capture: { root, target: targetName, name } }) => {
      const target = await catalogue.openByName(root, targetName);
      const queue = await openQueue(root, targetName);
      return { name: await accept(queue, name, target) };
    },
    rejectCapture: async ({ capture: { root, target, name } }) => {
      await (await openQueue(root, target)).reject([name]);
      return null;
    },
  };
}

function parseLine(target: Target, line: string, taken: Set<string>): ParsedLine {
  const typed = parseCommandLine(line);
  if (typed === undefined) {
    throw new UserError('Type the command line of the case.');
  }
  const args = argsAfterCommand([typed.command, ...typed.args], target);
  const stdin: StdinChoice =
    typed.stdin.kind === 'file'
      ? { kind: 'file', path: path.resolve(target.path, typed.stdin.path) }
      : typed.stdin;
  const name = uniqueName(nameFor({ args, env: typed.env, stdin: emptyContent, files: [] }), taken);
  return { args, env: typed.env, stdin, name };
}

async function draftOf({ name, args, env, stdin, files }: RecordRequest): Promise<CaseDraft> {
  const parts = {
    name,
    args,
    stdin: await stdinBytes(stdin),
    files: Object.entries(files).map(([inside, source]) => `${inside}=${source}`),
    env: Object.entries(env).map(([variable, value]) => `${variable}=${value}`),
    labels: [],
    duals: [],
  };
  return makeDraft(parts, path.sep, new Set());
}

function stdinBytes(choice: StdinChoice): Promise<Uint8Array> {
  switch (choice.kind) {
    case 'none':
      return Promise.resolve(new Uint8Array(0));
    case 'text':
      return Promise.resolve(Buffer.from(choice.text));
    case 'file':
      return readInput(choice.path);
  }
}

async function isUnchanged(before: Case, { case: after, flakes }: CapturedCase): Promise<boolean> {
  if (before.gold === undefined || after.gold === undefined || flakes.length > 0) {
    return false;
  }
  return (await differencesOf(before.gold, after.gold)) === 0;
}

async function differencesOf(before: Gold, after: Gold): Promise<number> {
  return (await compareAnswers(before, after, { profile: 'exact' })).differences.length;
}

/** A flaky case says so by its label from then on, as on the command line. */
async function accept(queue: PendingQueue, name: string, target: Target): Promise<string> {
  const waiting = (await queue.list()).find(({ summary }) => summary.name === name);
  const labels = waiting?.summary.labels ?? [];
  const isFlaky = waiting !== undefined && waiting.flakes.length > 0;
  return queue.accept(
    name,
    target.store,
    isFlaky ? { labels: [...new Set([...labels, 'flaky'])] } : {},
  );
}

async function pinWaiting(
  recorder: Recorder,
  root: string,
  target: Target,
  name: string,
): Promise<Capture> {
  const queue = await openQueue(root, target.name);
  const { flakes, durationMs, replaces, mirroredBy } = await waitingCase(queue, name);
  const { capture } = await pinFlakes(recorder, {
    case: await queue.store.read(name),
    flakes,
    durationMs,
  });
  await queue.reject([name]);
  return enqueue(root, target, capture, {
    ...(replaces !== undefined && { replaces }),
    ...(mirroredBy !== undefined && { mirroredBy }),
  });
}
