import path from 'node:path';
import type { Case, Gold } from '../../../core/cases/case';
import { emptyContent } from '../../../core/cases/case';
import { UserError } from '../../../core/errors';
import type { Capture as CapturedCase, CaseDraft } from '../../../core/recording/capture';
import { parseCommandLine } from '../../../core/recording/commandLine';
import { makeDraft } from '../../../core/recording/draft';
import { argsAfterCommand } from '../../../core/recording/drafts';
import { readInput } from '../../../core/recording/inputRow';
import { optionsInText } from '../../../core/audit/options';
import { nameFor, uniqueName } from '../../../core/recording/names';
import { Recorder } from '../../../core/recording/recorder';
import { compareAnswers } from '../../../core/scoring/comparison';
import type { Target } from '../../../core/targets/target';
import type { EngineCalls } from '../api';
import type { EngineSettings, ParsedLine, RecordRequest, StdinChoice } from '../callTypes';
import type { Handlers } from '../rpcServer';
import { enqueue } from './captureQueue';
import type { Catalogue } from './catalogue';
import type { Engines } from './engines';
import type { ReferenceHelps } from './referenceHelps';

type RecordCalls = Pick<EngineCalls, 'parseLine' | 'options' | 'record' | 'rerecord'>;

/** Recording cases, and the queue in which they wait to be accepted. */
export function recordHandlers(
  catalogue: Catalogue,
  engines: Engines,
  helps: ReferenceHelps,
): Handlers<RecordCalls> {
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
    options: async ({ target, settings }) =>
      [...optionsInText(await helps.of(target, settings))].sort(),
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
