/** What of a case's literals is replaced by something else of the same kind. */
export type LiteralKind = 'numbers' | 'words' | 'dates';

/** Texts are bytes as Latin-1, so that whatever is no literal stays as it is to the byte. */
const date = String.raw`(?<![\d-])\d{4}-\d{2}-\d{2}(?![\d-])`;
const time = String.raw`(?<![\d:])\d{2}:\d{2}(?::\d{2})?(?![\d:])`;
const word = String.raw`(?<![A-Za-z]|\[:)[A-Za-z]{2,}`;
const literals = new RegExp(`${date}|${time}|\\d+|${word}`, 'gu');

const vowels = 'aeiou';
const consonants = 'bcdfghjklmnpqrstvwxyz';

/** Which literals are replaced. */
export interface Mutation {
  readonly kinds: ReadonlySet<LiteralKind>;
  /** From 1 on: which of the other values. */
  readonly shift: number;
  /** This one alone, wherever it stands; all of the kinds when absent. */
  readonly only?: string;
}

/** A text's literals, each once. */
export function literalsIn(text: string): Set<string> {
  return new Set(text.match(literals));
}

/** What a literal becomes. */
export function otherLiteral(literal: string, shift: number): string {
  return mutations[kindOf(literal)](literal, shift);
}

/**
 * Replaces literals by others, always the same one by the same one, so that what belongs together
 * in arguments and data still does.
 */
export function mutateText(text: string, { kinds, shift, only }: Mutation): string {
  return text.replace(literals, (literal) => {
    const isMeant = kinds.has(kindOf(literal)) && (only === undefined || literal === only);
    return isMeant ? otherLiteral(literal, shift) : literal;
  });
}

export function kindOf(literal: string): LiteralKind {
  return /^\d+$/u.test(literal) ? 'numbers' : /^\d/u.test(literal) ? 'dates' : 'words';
}

const mutations: Readonly<Record<LiteralKind, (literal: string, shift: number) => string>> = {
  // Small ones grow, so that a range stays one; of long ones the zeros stay, and with them the shape.
  numbers: (digits, shift) => {
    if (Number(digits) === 0) {
      return digits;
    }
    return digits.length <= 2 && !digits.startsWith('0')
      ? String(Number(digits) + shift)
      : digits.replace(/[1-9]/gu, (digit) => String(((Number(digit) - 1 + shift) % 9) + 1));
  },
  // Four years on a day is there whenever it was there before, but for the turn of some centuries.
  dates: (literal, shift) =>
    literal.includes('-')
      ? `${String((Number(literal.slice(0, 4)) + 4 * shift) % 10_000).padStart(4, '0')}${literal.slice(4)}`
      : literal
          .split(':')
          .map((part, i) => String((Number(part) + shift) % (i === 0 ? 24 : 60)).padStart(2, '0'))
          .join(':'),
  words: (literal, shift) => literal.replace(/./gu, (letter) => otherLetter(letter, shift)),
};

/** A vowel for a vowel, a consonant for a consonant, in the same case. */
function otherLetter(letter: string, shift: number): string {
  const lower = letter.toLowerCase();
  const letters = vowels.includes(lower) ? vowels : consonants;
  const other = letters.charAt((letters.indexOf(lower) + shift) % letters.length);
  return letter === lower ? other : other.toUpperCase();
}
