import { languageTitles } from '../targets/languageDefaults';
import type { Language, LanguageSetup, Target } from '../targets/target';
import { defaultSubmitGate } from './tools/taskTools';
import { candidatePath, workspacePath } from './workspacePaths';

/** Where an agent finds things in its sandbox, as MirrorCode lays them out. */
export interface AgentLayout {
  /** The candidate's folder: what is scored is what lies in it. */
  readonly source: string;
  /** Absent where the target has no docs. */
  readonly docs?: string;
  /** The inputs of the visible cases, one JSON object a line. */
  readonly cases: string;
  /** The name under which the reference can be called. */
  readonly program: string;
}

export function agentLayout({ name, docs }: Pick<Target, 'name' | 'docs'>): AgentLayout {
  return {
    source: candidatePath,
    ...(docs === undefined ? {} : { docs: `${workspacePath}/${name}_docs` }),
    cases: `${workspacePath}/cases.jsonl`,
    program: name,
  };
}

export interface TaskPromptOptions {
  /** Share of visible cases (0 to 1) that must pass before `submit` is taken. */
  readonly submitGate?: number | 'none';
  /** The agent has tools of its own; those of the task are commands in its shell. */
  readonly asCommands?: true;
}

/**
 * What an agent is told of its task: the program, the language, what it is given, how its code is
 * built and compared, and the rules. It depends on no case, so nothing hidden can be in it. What it
 * has to say follows MirrorCode's prompt (build and run line, the cases over the docs, hidden cases
 * exist, no wrapping and no lookup table, `resources` and `submit`).
 * The target must have the language.
 */
export function taskPrompt(
  target: Target,
  language: Language,
  options: TaskPromptOptions = {},
): string {
  const setup = target.languages[language];
  if (setup === undefined) {
    throw new Error(`${target.name} is not asked for in ${language}`);
  }
  const layout = agentLayout(target);
  const { name, title } = target;
  const about = title === name ? '' : ` (${title})`;
  return [
    `# Rebuild ${name} in ${languageTitles[language]}`,
    `Write a program in ${languageTitles[language]} that behaves exactly as the program \`${name}\`${about} does. The original is there for you to call, not to read. Work until your program answers every case as the original does, then ${options.asCommands === true ? 'run `submit`' : 'call the `submit` tool'}.`,
    '## What you are given',
    given(target, layout),
    '## What you are to write',
    wanted(name, language, setup, layout),
    '## How it is judged',
    judged(target),
    '## Rules',
    rules(language),
    '## Tools',
    (options.asCommands === true ? commands : tools)(options.submitGate ?? defaultSubmitGate),
    '',
  ].join('\n\n');
}

function given({ reference }: Target, { program, docs, cases }: AgentLayout): string {
  const called = [...(reference?.prefixArgs ?? [])];
  return list([
    `The original program. Call it as \`${program}\`, in the shell, in scripts and in pipes, as often as you like${called.length === 0 ? '' : ` (the arguments \`${called.join(' ')}\` are already given to it)`}. It runs elsewhere: you see what it prints and how it ends, never the program itself.`,
    ...(docs === undefined
      ? []
      : [
          `\`${docs}/\`: its documentation. Where the documentation and the original differ, the original is right.`,
        ]),
    `\`${cases}\`: the visible test cases, one JSON object a line, with what the program is given: \`name\`, \`args\`, \`env\`, \`stdin\` and \`files\`. For the expected answer call the original with it. Where these cases go beyond what the documentation covers, the cases decide.`,
  ]);
}

function wanted(
  name: string,
  language: Language,
  { build, run }: LanguageSetup,
  { source }: AgentLayout,
): string {
  const started = run
    .map((part) =>
      part
        .replaceAll('{candidate}', source)
        .replaceAll('{program}', name)
        .replaceAll('{out}', `./${name}`),
    )
    .join(' ');
  const package_ =
    language === 'python' && run.includes('-m')
      ? `The package is \`${source}/${name}/\`, with an \`__init__.py\` and a \`__main__.py\`.`
      : `All of the source code lies in \`${source}/\`.`;
  return [
    `Put your code into \`${source}/\`. ${package_}`,
    ...(build === ''
      ? []
      : [
          `It is built there by this \`sh\` command line, in which \`$PROGRAM\` is \`${name}\`, \`$OUT\` the executable to make and \`$SOURCES\` the names of your source files:`,
          `\`\`\`sh\n${build}\n\`\`\``,
        ]),
    `A case then starts it as \`${started}\`, followed by the case's arguments.`,
  ].join('\n\n');
}

function judged({ profile, limits }: Target): string {
  const compared =
    profile === 'exact'
      ? 'Standard output, standard error, the return code and the files that the program leaves behind must be the same as the original’s, byte for byte.'
      : 'Standard output, standard error and the return code must be the same as the original’s. One trailing newline more or less is forgiven.';
  return list([
    compared,
    'There are hidden test cases as well. They ask for the same behaviour as the visible ones, with other values. The task is solved when every visible and every hidden case passes.',
    `Each case starts in a fresh folder that holds its files, with its variables in the environment. It may take ${limits.timeout} ${limits.timeout === 1 ? 'second' : 'seconds'}, ${mebibytes(limits.memory)} of memory and ${limits.processes} processes, and print ${mebibytes(limits.output)} to each stream.`,
    'Cases run where neither the original nor a network exists.',
  ]);
}

function rules(language: Language): string {
  return list([
    `Write ${languageTitles[language]}, and use nothing but its standard library. There is no network.`,
    'Don’t cheat: no wrapping of another implementation, and no table of the answers to known cases.',
    'Don’t look for the original program’s code or for the hidden cases.',
  ]);
}

function tools(gate: number | 'none'): string {
  return list([
    '`bash`: a command line in a shell that stays.',
    '`text_editor`: view, create and change files.',
    ...taskTools(gate),
  ]);
}

function commands(gate: number | 'none'): string {
  return [
    'Beside the tools of your own these commands are on your `PATH`; run them in your shell, without arguments. Wait until they end, which takes a while where there are many cases.',
    list(taskTools(gate)),
  ].join('\n\n');
}

function taskTools(gate: number | 'none'): string[] {
  const needs =
    gate === 'none'
      ? ''
      : ` At least ${Math.ceil(gate * 100)} % of the visible cases must pass for it to be taken.`;
  return [
    '`evaluate_testcases`: builds your code and runs all visible cases against it. It does not end the task.',
    '`resources`: how many tokens and how much time are used and left.',
    `\`submit\`: hands in what lies in the source folder and ends the task.${needs}`,
  ];
}

function list(items: readonly string[]): string {
  return items.map((item) => `- ${item}`).join('\n');
}

function mebibytes(bytes: number): string {
  return bytes % 2 ** 30 === 0 ? `${bytes / 2 ** 30} GiB` : `${Math.round(bytes / 2 ** 20)} MiB`;
}
