import type { Case } from '../../cases/case';
import { isVisible } from '../../cases/case';
import { encodeOsString } from '../../cases/osString';
import type { AuditContext, AuditedCase, Check, Finding } from '../finding';
import { PassageFinder } from '../passages';
import type { Passage } from '../passages';

/** Shorter answers and inputs stand in a manual by chance; UTF-16 units. */
const tellingText = 40;
/** Shorter command lines do. */
const tellingArgs = 24;

type Part = 'stdout' | 'stdin' | 'args';
type Draft = Omit<Finding, 'check' | 'suppressed'>;

export const leakedHidden: Check = {
  id: 'hidden-leak',
  title: 'Hidden text in what the agent sees',
  why: 'A hidden answer that stands in the docs or in a visible case tests nothing.',
  fix: 'Change the hidden case, or take the text out of the docs or the visible case.',
  *run(context) {
    const hidden = context.cases.filter(({ source }) => !isVisible(source));
    yield* inDocs(hidden, context);
    yield* inVisible(hidden, context);
  },
};

/** An answer in the docs gives it away; an input there may be an example that the agent can try. */
function* inDocs(hidden: readonly AuditedCase[], { docs }: AuditContext): Iterable<Draft> {
  const told = new Set<AuditedCase>();
  const words = wordsOf(docs);
  for (const one of hidden) {
    const { name } = one.source;
    if (isTelling(name) && (wordLike.test(name) ? words.has(name) : docs.includes(latin1(name)))) {
      told.add(one);
      yield { severity: 'error', cases: [name], message: 'the docs name this hidden case' };
    }
  }
  for (const { owner, part } of found(hidden, ['stdout', 'stdin', 'args'], docs)) {
    if (!told.has(owner)) {
      told.add(owner);
      const cases = [owner.source.name];
      yield { severity: inDocsSeverity[part], cases, part, message: inDocsText[part] };
    }
  }
}

/** A name that is a plain word, such as `version`, stands in a manual by chance. */
function isTelling(name: string): boolean {
  return name.length >= 6 && /[^A-Za-z]/u.test(name);
}

const wordLike = /^\w[\w./-]*\w$/u;

/** Words as names of cases are spelled, and what of a path may be one. `--name` is an option. */
function wordsOf(docs: string): ReadonlySet<string> {
  const words = new Set<string>();
  for (const [word] of docs.matchAll(/[\w./-]+/gu)) {
    const whole = word.replace(/(?:\.case)?\.?$/u, '');
    for (let at = 0; at !== -1; at = whole.indexOf('/', at + 1)) {
      words.add(whole.slice(at === 0 ? 0 : at + 1));
    }
  }
  return words;
}

const inDocsSeverity = { stdout: 'warning', stdin: 'info', args: 'info' } as const;
const inDocsText: Readonly<Record<Part, string>> = {
  stdout: 'its whole output stands in the docs',
  stdin: 'its whole stdin stands in the docs',
  args: 'its command line stands in the docs',
};

/** A dual shares much of its input by design; what a visible input must not hold is the answer. */
function* inVisible(hidden: readonly AuditedCase[], { cases }: AuditContext): Iterable<Draft> {
  const finder = finderOf(hidden, ['stdout']);
  const told = new Set<AuditedCase>();
  for (const one of cases) {
    const { source } = one;
    if (!isVisible(source)) {
      continue;
    }
    for (const { passage } of finder.find(givenTo(one))) {
      const { owner } = passage.owner;
      if (!told.has(owner) && !givenTo(owner).includes(passage.text)) {
        told.add(owner);
        yield {
          severity: 'warning',
          cases: [owner.source.name, source.name],
          part: 'stdout',
          message: `its whole output stands in the input of the visible case ${source.name}`,
        };
      }
    }
  }
}

/** Everything that a case gives to the program, as text. */
function givenTo({ source, text, files }: AuditedCase): string {
  return [text.stdin, argsText(source), files].join('\n');
}

function argsText({ input }: Case): string {
  return latin1(input.args.join(' '));
}

/** The bytes of a text as the audit holds streams, one character a byte. */
function latin1(text: string): string {
  return encodeOsString(text).toString('latin1');
}

interface Owned {
  readonly owner: AuditedCase;
  readonly part: Part;
}

function found(cases: readonly AuditedCase[], parts: readonly Part[], text: string): Owned[] {
  const order = new Map(parts.map((part, i) => [part, i]));
  return [
    ...finderOf(cases, parts).find(text),
    ...(parts.includes('args')
      ? new PassageFinder(passages(cases, ['args']), tellingArgs).find(text)
      : []),
  ]
    .map(({ passage }) => passage.owner)
    .sort((a, b) => (order.get(a.part) ?? 0) - (order.get(b.part) ?? 0));
}

function finderOf(cases: readonly AuditedCase[], parts: readonly Part[]): PassageFinder<Owned> {
  const long = parts.filter((part) => part !== 'args');
  return new PassageFinder(passages(cases, long), tellingText);
}

function passages(cases: readonly AuditedCase[], parts: readonly Part[]): Passage<Owned>[] {
  return cases.flatMap((owner) =>
    parts.map((part) => {
      const text = part === 'args' ? argsText(owner.source) : owner.text[part].trim();
      return { owner: { owner, part }, text };
    }),
  );
}
