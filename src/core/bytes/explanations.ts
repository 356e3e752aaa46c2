import type { DifferenceClass } from './difference';

/** What a class of difference means, for people. */
export const explanations: Readonly<Record<DifferenceClass, string>> = {
  equal: 'Both are the same bytes.',
  'line-ends': 'Only the line ends differ: LF, CR LF or CR.',
  'trailing-white-space':
    'Only white space at the end of lines, or blank lines at the end, differ.',
  'final-newline': 'Only the newline at the very end differs.',
  'colour-codes': 'Only colour codes (ANSI SGR sequences) differ.',
  case: 'Only upper and lower case differ.',
  'line-order': 'The same lines, in another order.',
  'unicode-normalisation': 'The same text, in another Unicode normalisation (NFC, NFD).',
  'number-format': 'The same numbers, written another way (digits, zeros, exponent, padding).',
  truncated: 'One side is the beginning of the other.',
  empty: 'One side is empty.',
  else: 'What is said differs, not only how it is written.',
};
