import { duplicates, nearDuplicates } from './checks/duplicates';
import { lfsPointers, lostModes } from './checks/fixtures';
import { hiddenShare } from './checks/hiddenShare';
import { leakedHidden } from './checks/leakedHidden';
import { leakedHost } from './checks/leakedHost';
import { missingGold } from './checks/missingGold';
import { hiddenOnlyOption, untouchedOptions } from './checks/optionCoverage';
import { recallOnly } from './checks/recallOnly';
import { scriptReference } from './checks/scriptReference';
import { sameAnswer } from './checks/sameAnswer';
import { constantPass, trivialPass } from './checks/trivialPass';
import { unpairedHidden } from './checks/unpairedHidden';
import { drift, flaky, slow } from './checks/verification';
import type { Check } from './finding';

/** Every quality check, in the order in which an author would want to hear of them. */
export const checks: readonly Check[] = [
  missingGold,
  drift,
  flaky,
  leakedHidden,
  lfsPointers,
  duplicates,
  unpairedHidden,
  sameAnswer,
  hiddenOnlyOption,
  trivialPass,
  leakedHost,
  slow,
  lostModes,
  recallOnly,
  constantPass,
  nearDuplicates,
  untouchedOptions,
  hiddenShare,
  scriptReference,
];
