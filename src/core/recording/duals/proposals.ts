import type { Case, CaseInput, Content, FileEntry } from '../../cases/case';
import { contentSize, readContent } from '../../cases/content';
import { inputKey } from '../../cases/inputKey';
import { decodeOsString, encodeOsString } from '../../cases/osString';
import { kindOf, literalsIn, mutateText, otherLiteral } from './literals';
import type { LiteralKind, Mutation } from './literals';

/** How the input of a dual differs from that of its original. */
export const dualRules = ['numbers', 'words', 'dates', 'options', 'lines', 'everything'] as const;
export type DualRule = (typeof dualRules)[number];

/** An input that asks the same of a program as another one, with other values. */
export interface DualProposal {
  readonly rule: DualRule;
  /** What was changed, for people. */
  readonly title: string;
  readonly input: CaseInput;
}

/** What of the target's other cases is looked at. */
export type OtherCase = Pick<Case, 'name' | 'input'>;

/** Bytes of a part above which its literals are left alone. */
const largestPart = 1 << 20;
/** Literals that are changed one at a time. */
const mostLiterals = 12;
/** Other values that are tried for one option. */
const valuesPerOption = 3;
const titles: Readonly<Record<LiteralKind | 'everything', string>> = {
  numbers: 'Other numbers',
  words: 'Other words',
  dates: 'Other dates and times',
  everything: 'Other numbers, words and dates',
};

/**
 * Inputs that could mirror a case, always the same for the same cases. What the target's cases ask
 * already is left out.
 * @param others All cases of the target; they also tell which values its options take.
 */
export async function proposeDuals(
  original: OtherCase,
  others: readonly OtherCase[],
): Promise<DualProposal[]> {
  const proposals = [
    ...(await literalProposals(original.input)),
    ...optionProposals(original.input, others),
    ...(await lineProposals(original.input)),
    ...(await singleProposals(original.input)),
  ];
  const taken = new Set([original, ...others].map(inputKey));
  return proposals.filter((proposal) => {
    const key = inputKey(proposal);
    return !taken.has(key) && taken.add(key);
  });
}

async function literalProposals(input: CaseInput): Promise<DualProposal[]> {
  const kinds: readonly LiteralKind[] = ['numbers', 'words', 'dates'];
  const proposals: DualProposal[] = [];
  for (const rule of [...kinds, 'everything'] as const) {
    for (const shift of [1, 2]) {
      const changed = new Set(rule === 'everything' ? kinds : [rule]);
      const title = shift === 1 ? titles[rule] : `${titles[rule]}, once more`;
      proposals.push({ rule, title, input: await mutateInput(input, { kinds: changed, shift }) });
    }
  }
  return proposals;
}

/** One literal at a time, where there are several: what it is and what it becomes. */
async function singleProposals(input: CaseInput): Promise<DualProposal[]> {
  const found = new Set(input.args.flatMap((arg) => [...literalsIn(arg)]));
  for (const content of [input.stdin, ...input.files.flatMap(contentsOf)]) {
    if (contentSize(content) <= largestPart) {
      const text = Buffer.from(await readContent(content)).toString('latin1');
      literalsIn(text).forEach((literal) => found.add(literal));
    }
  }
  const proposals: DualProposal[] = [];
  for (const only of [...found].slice(0, mostLiterals)) {
    const rule = kindOf(only);
    const title = `${only} → ${otherLiteral(only, 1)}`;
    const changed = await mutateInput(input, { kinds: new Set([rule]), shift: 1, only });
    proposals.push({ rule, title, input: changed });
  }
  return proposals;
}

function contentsOf(entry: FileEntry): Content[] {
  return entry.kind === 'file' ? [entry.content] : [];
}

async function mutateInput(input: CaseInput, mutation: Mutation): Promise<CaseInput> {
  const paths = new Set(input.files.map(({ path }) => path));
  return {
    ...input,
    args: input.args.map((arg) => mutateArgument(arg, paths, mutation)),
    stdin: await mutateContent(input.stdin, mutation),
    files: await Promise.all(
      input.files.map(async (file): Promise<FileEntry> => {
        return file.kind === 'file'
          ? { ...file, content: await mutateContent(file.content, mutation) }
          : file;
      }),
    ),
  };
}

/** Names of options and of the case's files stay; the letters of an option's value do, too. */
function mutateArgument(arg: string, paths: ReadonlySet<string>, mutation: Mutation): string {
  const [, head = '', value = ''] = /^(--[^=]*=|--.*|-(?=.)|)(.*)$/su.exec(arg) ?? [];
  if (paths.has(arg) || paths.has(value)) {
    return arg;
  }
  const { kinds } = mutation;
  const changed = head === '' ? kinds : new Set([...kinds].filter((kind) => kind !== 'words'));
  const bytes = encodeOsString(value).toString('latin1');
  return (
    head + decodeOsString(Buffer.from(mutateText(bytes, { ...mutation, kinds: changed }), 'latin1'))
  );
}

async function mutateContent(content: Content, mutation: Mutation): Promise<Content> {
  if (contentSize(content) > largestPart) {
    return content;
  }
  const bytes = await readContent(content);
  if (bytes.includes(0)) {
    return content; // a format of its own, not to be guessed at
  }
  const text = mutateText(Buffer.from(bytes).toString('latin1'), mutation);
  return { kind: 'bytes', bytes: Buffer.from(text, 'latin1') };
}

/** An option's values, each with where it stands among the arguments. */
function* optionValues(args: readonly string[]) {
  for (const [index, arg] of args.entries()) {
    const joined = /^(--[^=]+)=(.*)$/su.exec(arg);
    const next = args[index + 1];
    if (joined !== null) {
      yield { option: joined[1] ?? '', value: joined[2] ?? '', index, joined: true };
    } else if (/^-/u.test(arg) && next !== undefined && !/^-|^$/u.test(next)) {
      yield { option: arg, value: next, index: index + 1, joined: false };
    }
  }
}

/** The same option with a value that another case of the target gives it. */
function optionProposals(input: CaseInput, others: readonly OtherCase[]): DualProposal[] {
  const known = new Map<string, Set<string>>();
  for (const { input: other } of others) {
    for (const { option, value, joined } of optionValues(other.args)) {
      const key = `${option}${joined ? '=' : ' '}`;
      known.set(key, (known.get(key) ?? new Set()).add(value));
    }
  }
  const proposals: DualProposal[] = [];
  for (const { option, value, index, joined } of optionValues(input.args)) {
    const key = `${option}${joined ? '=' : ' '}`;
    const values = [...(known.get(key) ?? [])].sort().filter((other) => other !== value);
    for (const other of values.slice(0, valuesPerOption)) {
      const args = [...input.args];
      args[index] = joined ? `${option}=${other}` : other;
      proposals.push({ rule: 'options', title: `${key}${other}`, input: { ...input, args } });
    }
  }
  return proposals;
}

/** The lines of stdin in another order: the first one last. */
async function lineProposals(input: CaseInput): Promise<DualProposal[]> {
  if (contentSize(input.stdin) > largestPart) {
    return [];
  }
  const text = Buffer.from(await readContent(input.stdin)).toString('latin1');
  const [first = '', ...rest] = text.match(/[^\n]*\n|[^\n]+$/gu) ?? [];
  if (rest.length === 0 || !text.endsWith('\n')) {
    return [];
  }
  const bytes = Buffer.from([...rest, first].join(''), 'latin1');
  const stdin = { kind: 'bytes', bytes } as const;
  return [{ rule: 'lines', title: 'Lines in another order', input: { ...input, stdin } }];
}
