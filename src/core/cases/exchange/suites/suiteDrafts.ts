import type { CaseDraft } from '../../../recording/capture';
import type { DraftDefaults } from '../../../recording/drafts';
import type { CaseInput } from '../../case';
import { byText } from '../../paths';
import type { Refused } from '../exchange';
import { readSuite } from './readSuite';
import type { ReadOptions } from './suite';

/**
 * The inputs of another tool's test suite, to be recorded under the names that importing it gives.
 * @returns undefined where the file or folder is no suite of a known format.
 */
export async function readSuiteDrafts(
  source: string,
  { target, follow }: ReadOptions,
  defaults: Omit<DraftDefaults, 'taken'>,
): Promise<{ drafts: CaseDraft[]; refused: readonly Refused[] } | undefined> {
  const completed = new WeakMap<CaseInput, CaseInput>();
  const complete = (input: CaseInput): CaseInput => {
    const full = completed.get(input) ?? withDefaults(input, defaults);
    completed.set(input, full);
    return full;
  };
  const suite = await readSuite(source, { target, follow: (input) => follow(complete(input)) });
  const drafts = suite?.cases.map((one): CaseDraft => ({
    name: one.name,
    labels: [...new Set([...one.labels, ...defaults.labels])],
    duals: one.duals,
    input: complete(one.input),
  }));
  return suite === undefined || drafts === undefined
    ? undefined
    : { drafts, refused: suite.refused };
}

function withDefaults(
  input: CaseInput,
  { env, files }: Pick<DraftDefaults, 'env' | 'files'>,
): CaseInput {
  const own = new Set(input.files.map(({ path }) => path));
  const others = files.filter(({ path }) => !own.has(path));
  return {
    ...input,
    env: { ...env, ...input.env },
    files: [...input.files, ...others].sort((a, b) => byText(a.path, b.path)),
  };
}
