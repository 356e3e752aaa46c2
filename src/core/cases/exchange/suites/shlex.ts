import { UserError } from '../../../errors';

const piece =
  /'(?<single>[^']*)'|"(?<double>(?:[^"\\]|\\.)*)"|\\(?<escaped>.)|(?<plain>[^\s'"\\]+)/suy;

/**
 * Splits a line into words by quotes and white space alone, as Python's and Rust's `shlex` do: no
 * variables, pipes or patterns.
 * @throws UserError when a quotation mark is not closed, as the rest of a sentence.
 */
export function splitWords(line: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  for (let at = 0; at < line.length;) {
    piece.lastIndex = at;
    const found = piece.exec(line);
    if (found !== null) {
      const { single, double, escaped, plain } = found.groups ?? {};
      const text = double?.replaceAll(/\\([$`"\\\n])/gu, '$1');
      word = (word ?? '') + (single ?? text ?? escaped ?? plain ?? '');
      at += found[0].length;
    } else if (/\s/u.test(line.charAt(at))) {
      words.push(...(word === undefined ? [] : [word]));
      word = undefined;
      at++;
    } else {
      throw new UserError('a quotation mark in it is not closed');
    }
  }
  return word === undefined ? words : [...words, word];
}

/** A word as a shell gives it back unchanged. */
export function quoteWord(word: string): string {
  return `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
