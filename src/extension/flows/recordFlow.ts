import path from 'node:path';
import { errorSentences } from '../../core/errors';
import type { ParsedLine, StdinChoice } from '../engine/callTypes';
import { targetRow } from '../model/targetInfo';
import type { TargetInfo } from '../model/targetInfo';
import { answered, mapAnswer } from '../quickInput/asker';
import type { Step } from '../quickInput/steps';

/** What *Record Case…* asks for; what is given beforehand is not asked. */
export interface RecordAnswers {
  readonly target?: TargetInfo;
  /** The command line as typed. */
  readonly line?: string;
  readonly parsed?: ParsedLine;
  readonly stdin?: StdinChoice;
  /** Absolute paths of files to put into the working directory under their own names. */
  readonly files?: readonly string[];
  readonly name?: string;
}

export interface RecordFlowContext {
  readonly targets: readonly TargetInfo[];
  /** @throws UserError when the line cannot be taken apart. */
  readonly parse: (target: TargetInfo, line: string) => Promise<ParsedLine>;
  /** Why a name cannot be given to a new case, if so. */
  readonly nameProblem: (target: TargetInfo, name: string) => Promise<string | undefined>;
}

type StdinKind = StdinChoice['kind'];

/** The questions of *Record Case…*, in order. */
export function recordSteps(
  given: RecordAnswers,
  context: RecordFlowContext,
): readonly Step<RecordAnswers>[] {
  return [
    targetStep(given, context),
    lineStep(given, context),
    stdinKindStep(given),
    stdinTextStep(given),
    stdinFileStep(given),
    filesStep(given),
    nameStep(given, context),
  ];
}

function targetStep(given: RecordAnswers, { targets }: RecordFlowContext): Step<RecordAnswers> {
  return {
    when: () => given.target === undefined && targets.length > 1,
    ask: async (state, asker, place) => {
      const choices = targets.map((value) => ({
        ...targetRow(value),
        detail: value.path,
        value,
      }));
      const answer = await asker.pick(
        { placeholder: 'Which reference is to be recorded?', choices },
        place,
      );
      return mapAnswer(answer, (target) => ({ ...state, target }));
    },
  };
}

function lineStep(given: RecordAnswers, context: RecordFlowContext): Step<RecordAnswers> {
  return {
    when: () => given.line === undefined,
    ask: async (state, asker, place) => {
      const target = theTarget(state, context);
      const answer = await asker.text(
        {
          prompt: `The command line, as you would type it in a shell. It is taken apart into arguments; no shell runs it.`,
          placeholder: `${target.name} --option 'an argument'`,
          value: state.line ?? `${target.name} `,
          caret: 'behind',
          validate: (line) => context.parse(target, line).then(() => undefined, errorSentences),
        },
        place,
      );
      if (answer.kind !== 'value') {
        return answer;
      }
      const parsed = await context.parse(target, answer.value);
      return answered({ ...state, target, line: answer.value, parsed });
    },
  };
}

function stdinKindStep(given: RecordAnswers): Step<RecordAnswers> {
  return {
    when: ({ parsed }) => given.stdin === undefined && (parsed?.stdin.kind ?? 'none') === 'none',
    ask: async (state, asker, place) => {
      const choices: { label: string; description: string; value: StdinKind }[] = [
        { label: 'No input', description: 'standard input is empty', value: 'none' },
        { label: 'Type text', description: 'one line, with a line feed', value: 'text' },
        { label: 'From a file', description: 'its bytes as they are', value: 'file' },
      ];
      const before = state.stdin?.kind;
      const answer = await asker.pick(
        {
          placeholder: 'What does the program read from standard input?',
          choices: choices.map((choice) => ({ ...choice, picked: choice.value === before })),
        },
        place,
      );
      return mapAnswer(answer, (kind) => ({ ...state, stdin: stdinOf(kind, state.stdin) }));
    },
  };
}

/** What was answered before to the same choice stays, to be changed. */
function stdinOf(kind: StdinKind, before: StdinChoice | undefined): StdinChoice {
  if (before?.kind === kind) {
    return before;
  }
  return kind === 'text'
    ? { kind, text: '' }
    : kind === 'file'
      ? { kind, path: '' }
      : { kind: 'none' };
}

function stdinTextStep(given: RecordAnswers): Step<RecordAnswers> {
  return {
    when: ({ stdin }) => given.stdin === undefined && stdin?.kind === 'text',
    ask: async (state, asker, place) => {
      const before = state.stdin?.kind === 'text' ? state.stdin.text : '';
      const answer = await asker.text(
        {
          value: textToType(before.replace(/\n$/u, '')),
          prompt:
            'Standard input. \\n stands for a line feed, \\t for a tab, \\\\ for a backslash; a final line feed is added.',
        },
        place,
      );
      return mapAnswer(answer, (text) => ({
        ...state,
        stdin: { kind: 'text' as const, text: typedText(text) + '\n' },
      }));
    },
  };
}

function stdinFileStep(given: RecordAnswers): Step<RecordAnswers> {
  return {
    when: ({ stdin }) => given.stdin === undefined && stdin?.kind === 'file',
    ask: async (state, asker, place) => {
      const answer = await asker.open(
        { openLabel: 'Use as Standard Input', kind: 'file', ...folderOf(state) },
        place,
      );
      return mapAnswer(answer, ([file = '']) => ({
        ...state,
        stdin: { kind: 'file' as const, path: file },
      }));
    },
  };
}

function filesStep(given: RecordAnswers): Step<RecordAnswers> {
  return {
    when: () => given.files === undefined,
    ask: async (state, asker, place) => {
      const choices = [
        { label: 'No files', description: 'the working directory is empty', value: false },
        { label: 'Choose files…', description: 'copied there under their own names', value: true },
      ];
      const answer = await asker.pick(
        { placeholder: 'Which files does the program find in its working directory?', choices },
        place,
      );
      if (answer.kind !== 'value' || !answer.value) {
        return mapAnswer(answer, () => ({ ...state, files: [] }));
      }
      const files = await asker.open(
        { openLabel: 'Put into the Working Directory', kind: 'files', ...folderOf(state) },
        place,
      );
      return mapAnswer(files, (paths) => ({ ...state, files: paths }));
    },
  };
}

function nameStep(given: RecordAnswers, context: RecordFlowContext): Step<RecordAnswers> {
  return {
    when: () => given.name === undefined,
    ask: async (state, asker, place) => {
      const target = theTarget(state, context);
      const answer = await asker.text(
        {
          prompt: 'The case’s name, such as group/name.',
          value: state.name ?? state.parsed?.name ?? '',
          validate: (name) => context.nameProblem(target, name),
        },
        place,
      );
      return mapAnswer(answer, (name) => ({ ...state, target, name }));
    },
  };
}

function theTarget(state: RecordAnswers, { targets }: RecordFlowContext): TargetInfo {
  const target = state.target ?? targets[0];
  if (target === undefined) {
    throw new Error('The flow was begun without a target.');
  }
  return target;
}

function folderOf({ target }: RecordAnswers): { folder?: string } {
  return target === undefined ? {} : { folder: target.path };
}

/** What a person means who types `\\n` into a field of one line. */
export function typedText(text: string): string {
  const meanings: Readonly<Record<string, string>> = { n: '\n', t: '\t', '\\': '\\' };
  return text.replace(/\\([nt\\])/gu, (_, letter: string) => meanings[letter] ?? letter);
}

/** What a person types for a text. */
export function textToType(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('\t', '\\t');
}

/** Files by the path at which the program finds them: their own names. */
export function filesByName(files: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(files.map((file) => [path.basename(file), file]));
}
