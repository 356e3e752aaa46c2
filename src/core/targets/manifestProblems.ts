import { printParseErrorCode } from 'jsonc-parser';
import type { ParseErrorCode } from 'jsonc-parser';
import * as z from 'zod';
import { nearest } from '../nearest';

type Issue = z.core.$ZodIssue;
type RawIssue = Parameters<z.core.$ZodErrorMap>[0];

/** By the parser's names of errors. */
const syntaxTexts: Readonly<Record<string, string>> = {
  InvalidSymbol: 'this is neither a number, true, false, null nor text in quotes',
  InvalidNumberFormat: 'this is no number',
  PropertyNameExpected: 'a key in double quotes is missing here',
  ValueExpected: 'a value is missing here',
  ColonExpected: 'a colon is missing here',
  CommaExpected: 'a comma is missing here',
  CloseBraceExpected: 'a closing } is missing here',
  CloseBracketExpected: 'a closing ] is missing here',
  EndOfFileExpected: 'there is more after its end',
  InvalidCommentToken: 'a comment can’t stand here',
  UnexpectedEndOfComment: 'a comment is not closed with */',
  UnexpectedEndOfString: 'a text is not closed with a double quote',
  UnexpectedEndOfNumber: 'a number is not finished',
  InvalidUnicode: 'a \\u is not followed by four hexadecimal digits',
  InvalidEscapeCharacter: 'there is no such character after a backslash',
  InvalidCharacter: 'a control character can’t stand in a text',
};

/** Why a text is no JSON with comments. */
export function syntaxText(code: ParseErrorCode): string {
  return syntaxTexts[printParseErrorCode(code)] ?? 'it can’t be read from here on';
}

/** What is wrong in a manifest, as the rest of a sentence that begins with the file and the place. */
export function issueText(issue: Issue): string {
  const where = issue.path.join('.');
  if (issue.code === 'unrecognized_keys' || isMissing(issue)) {
    return issue.message;
  }
  return `is not right${where === '' ? '' : ` at ${where}`}: ${issue.message}`;
}

/** Says each kind of mistake in words for a person; for the parser, in place of its own. */
export function describeIssue(issue: RawIssue): string {
  switch (issue.code) {
    case 'unrecognized_keys':
      return unknownKeys(issue.keys, knownKeys(issue.inst), inObject(issue.path ?? []));
    case 'invalid_type':
      return typeText(issue);
    case 'invalid_value':
      return issue.input === undefined
        ? missing(issue.path)
        : `it has to be ${oneOf(issue.values.map((each) => JSON.stringify(each)))}${guess(issue)}`;
    case 'invalid_union':
      return unionText(issue.errors, issue.input);
    case 'too_small':
      return isCount(issue.origin)
        ? 'it is empty'
        : `it has to be ${issue.inclusive === false ? 'more than' : 'at least'} ${String(issue.minimum)}`;
    case 'too_big':
      return `it has to be at most ${String(issue.maximum)}`;
    case 'invalid_key':
      return `a name of this kind can’t be used: ${issue.issues[0]?.message ?? 'choose another'}`;
    default:
      return 'it is not written as it has to be';
  }
}

function typeText({ expected, input, path = [] }: RawIssue & { code: 'invalid_type' }): string {
  return input === undefined
    ? missing(path)
    : `it is ${given(input)} and has to be ${kindText(expected)}`;
}

function missing(path: readonly PropertyKey[] = []): string {
  return `has no ${quote(path.at(-1))}${inObject(path.slice(0, -1))}, which has to be there`;
}

function isMissing(issue: Issue): boolean {
  return (
    (issue.code === 'invalid_type' || issue.code === 'invalid_value') && issue.input === undefined
  );
}

/** The parts of a value that may be of several kinds: of the kind that it is, what is wrong in it. */
function unionText(branches: readonly (readonly Issue[])[], input: unknown): string {
  const [inside] = branches.find((issues) => !issues.some(isOtherKind)) ?? [];
  if (inside !== undefined) {
    const where = inside.path.join('.');
    return where === '' ? inside.message : `${where}: ${inside.message}`;
  }
  const kinds = branches.flatMap(([issue]) =>
    issue?.code === 'invalid_type' ? [kindText(issue.expected)] : [],
  );
  return `it is ${given(input)} and has to be ${oneOf(kinds)}`;
}

function isOtherKind({ code, path }: Issue): boolean {
  return code === 'invalid_type' && path.length === 0;
}

function unknownKeys(keys: readonly string[], known: readonly string[], where: string): string {
  const [first = ''] = keys;
  if (keys.length > 1) {
    return `has keys${where} that are not known: ${keys.map(quote).join(', ')}`;
  }
  const meant = nearest(first, known);
  const ask = meant === undefined ? '' : `; did you mean ${quote(meant)}?`;
  return `has a key ${quote(first)}${where} that is not known${ask}`;
}

function knownKeys(inst: unknown): readonly string[] {
  if (inst instanceof z.ZodObject) {
    return Object.keys(inst.shape);
  }
  return inst instanceof z.ZodRecord && inst.keyType instanceof z.ZodEnum
    ? inst.keyType.options.map(String)
    : [];
}

function guess({ input, values }: RawIssue & { code: 'invalid_value' }): string {
  const meant = typeof input === 'string' ? nearest(input, values.map(String)) : undefined;
  return meant === undefined ? '' : `; did you mean ${quote(meant)}?`;
}

function inObject(path: readonly PropertyKey[]): string {
  return path.length === 0 ? '' : ` in ${path.join('.')}`;
}

function isCount(origin: string): boolean {
  return ['string', 'array', 'set', 'map'].includes(origin);
}

const kinds: Readonly<Record<string, string>> = {
  string: 'text in quotes',
  number: 'a number',
  int: 'a whole number',
  object: 'an object in { }',
  record: 'an object in { }',
  array: 'a list in [ ]',
  boolean: 'true or false',
};

function kindText(expected: string): string {
  return kinds[expected] ?? expected;
}

function given(input: unknown): string {
  if (input === null) {
    return 'null';
  }
  if (typeof input === 'number' && !Number.isInteger(input)) {
    return 'a fraction';
  }
  const kind = Array.isArray(input) ? 'array' : typeof input;
  return kind === 'string' ? 'text' : kindText(kind);
}

function oneOf(choices: readonly string[]): string {
  return [choices.slice(0, -1).join(', '), ...choices.slice(-1)]
    .filter((part) => part !== '')
    .join(' or ');
}

function quote(key: unknown): string {
  return `"${String(key)}"`;
}
