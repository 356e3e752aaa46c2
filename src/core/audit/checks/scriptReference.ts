import { readableReferenceAdvice } from '../../agents/oracle/oracleSpec';
import type { Check } from '../finding';

export const scriptReference: Check = {
  id: 'script-reference',
  title: 'An agent may be able to read the reference',
  why: 'An agent calls the reference as a black box. A compiled one is shown such that it can be run and not read; a script has to be read to be run.',
  fix: 'Name a compiled program as the reference, or see that no argument, variable or file makes it print or copy its own source.',
  *run({ referenceIsScript }) {
    if (referenceIsScript) {
      yield { severity: 'warning', cases: [], message: readableReferenceAdvice };
    }
  },
};
