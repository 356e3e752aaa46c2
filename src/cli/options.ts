import { InvalidArgumentError } from 'commander';
import { UserError } from '../core/errors';
import { languages } from '../core/targets/target';
import type { Language } from '../core/targets/target';

/** For options that may be given several times. */
export function collect(value: string, earlier: readonly string[]): string[] {
  return [...earlier, value];
}

/** A whole number from 1 on. */
export function readCount(value: string): number {
  const count = Number(value);
  if (!Number.isInteger(count) || count < 1) {
    throw new InvalidArgumentError('It must be a whole number from 1 on.');
  }
  return count;
}

/** A number from 0 on. */
export function readNumber(value: string): number {
  const number = Number(value);
  if (value.trim() === '' || !Number.isFinite(number) || number < 0) {
    throw new InvalidArgumentError('It must be a number.');
  }
  return number;
}

const unitSeconds: Readonly<Record<string, number>> = { '': 1, s: 1, m: 60, h: 3600, d: 86_400 };

/** Seconds; as a number, or with `s`, `m`, `h` or `d`. */
export function readDuration(value: string): number {
  const [, number = '', unit = ''] = /^(\d+(?:\.\d+)?)([smhd]?)$/u.exec(value) ?? [];
  const seconds = Number(number) * (unitSeconds[unit] ?? 1);
  if (number === '' || seconds <= 0) {
    throw new InvalidArgumentError('It must be seconds, or a time such as 30m, 12h or 7d.');
  }
  return seconds;
}

/** US dollars a million tokens. */
export interface PriceList {
  readonly input: number;
  readonly output: number;
  readonly cacheRead: number;
  readonly cacheWrite: number;
}

/** `IN,OUT[,READ,WRITE]`; the cache costs as much as other input where nothing is said of it. */
export function readPrices(value: string): PriceList {
  const [input, output, cacheRead = input, cacheWrite = input] = value.split(',').map(readNumber);
  if (
    input === undefined ||
    output === undefined ||
    cacheRead === undefined ||
    cacheWrite === undefined
  ) {
    throw new InvalidArgumentError('It must be two or four prices, such as 3,15,0.3,3.75.');
  }
  return { input, output, cacheRead, cacheWrite };
}

/** Images by language, from `LANGUAGE=IMAGE` given several times. */
export function collectImages(value: string, earlier: LanguageImages): LanguageImages {
  const [, name = '', image = ''] = /^([^=]+)=(.+)$/u.exec(value) ?? [];
  const language = languages.find((one) => one === name);
  if (language === undefined) {
    throw new InvalidArgumentError('It must be a language and an image, such as go=golang:1.24.');
  }
  return { ...earlier, [language]: image };
}

export type LanguageImages = Readonly<Partial<Record<Language, string>>>;

/** One of a few words. @throws UserError that names them. */
export function oneOf<T extends string>(what: string, value: string, known: readonly T[]): T {
  const found = known.find((one) => one === value);
  if (found === undefined) {
    throw new UserError(`There is no ${what} "${value}".`, {
      action: `Choose among ${known.join(', ')}.`,
    });
  }
  return found;
}
