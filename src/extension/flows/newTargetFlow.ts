import path from 'node:path';
import { answered, cancelled } from '../quickInput/asker';
import type { Answer, Asker, Place } from '../quickInput/asker';
import type { Step } from '../quickInput/steps';

/** What *New Target…* asks for; what is given beforehand is not asked. */
export interface NewTargetAnswers {
  /** Absolute path of the reference executable. */
  readonly reference?: string;
  readonly name?: string;
  /** Absolute path of the target's own folder, which may not exist yet. */
  readonly folder?: string;
}

export interface NewTargetContext {
  /** Absolute paths of the open workspace folders. */
  readonly workspaceFolders: readonly string[];
  /** Finds an executable by its path or its name on `PATH`; a sentence says why not. */
  readonly findReference: (text: string) => Promise<{ path: string } | { problem: string }>;
  /** Why no new target can be made in a folder, if so. */
  readonly folderProblem: (folder: string) => Promise<string | undefined>;
}

/** The questions of *New Target…*, in order. */
export function newTargetSteps(
  given: NewTargetAnswers,
  context: NewTargetContext,
): readonly Step<NewTargetAnswers>[] {
  return [
    {
      when: () => given.reference === undefined,
      ask: (state, asker, place) => askReference(state, context, asker, place),
    },
    {
      when: () => given.name === undefined,
      ask: async (state, asker, place) => {
        const answer = await asker.text(
          {
            prompt: 'The target’s name, by which it is called in cases and commands.',
            value: state.name ?? path.basename(state.reference ?? ''),
            validate: nameProblem,
          },
          place,
        );
        return answer.kind === 'value' ? answered({ ...state, name: answer.value }) : answer;
      },
    },
    {
      when: () => given.folder === undefined,
      ask: (state, asker, place) => askFolder(state, context, asker, place),
    },
  ];
}

/** Why a target cannot have a name, if so: it names folders and commands. */
export function nameProblem(name: string): string | undefined {
  return /^[a-z0-9][a-z0-9_.+-]*$/iu.test(name)
    ? undefined
    : 'A name begins with a letter or digit and holds only letters, digits, “_”, “-”, “.” and “+”.';
}

async function askReference(
  state: NewTargetAnswers,
  { findReference }: NewTargetContext,
  asker: Asker,
  place: Place,
): Promise<Answer<NewTargetAnswers>> {
  const answer = await asker.text(
    {
      prompt: 'The reference: an executable, by its path or by its name on PATH.',
      placeholder: '/usr/bin/numfmt',
      value: state.reference ?? '',
      browse: { tooltip: 'Browse…', openLabel: 'Use as Reference', kind: 'file' },
      validate: async (text) => {
        const found = await findReference(text);
        return 'problem' in found ? found.problem : undefined;
      },
    },
    place,
  );
  if (answer.kind !== 'value') {
    return answer;
  }
  const found = await findReference(answer.value);
  return 'path' in found ? answered({ ...state, reference: found.path }) : cancelled;
}

async function askFolder(
  state: NewTargetAnswers,
  { workspaceFolders, folderProblem }: NewTargetContext,
  asker: Asker,
  place: Place,
): Promise<Answer<NewTargetAnswers>> {
  const name = state.name ?? '';
  const inside = workspaceFolders.map((folder) => path.join(folder, name));
  const usable = await Promise.all(
    inside.map(async (folder) => ({ folder, problem: await folderProblem(folder) })),
  );
  const choices = [
    ...usable
      .filter(({ problem }) => problem === undefined)
      .map(({ folder }) => ({ label: folder, description: 'a new folder', value: folder })),
    { label: 'Choose a folder…', description: 'which becomes the target’s own', value: '' },
  ];
  const picked =
    choices.length === 1
      ? answered('')
      : await asker.pick({ placeholder: 'Where does the target go?', choices }, place);
  if (picked.kind !== 'value') {
    return picked;
  }
  if (picked.value !== '') {
    return answered({ ...state, folder: picked.value });
  }
  const opened = await asker.open({ openLabel: 'Make the Target Here', kind: 'folder' }, place);
  if (opened.kind !== 'value') {
    return opened;
  }
  const [folder] = opened.value;
  return folder === undefined ? cancelled : answered({ ...state, folder });
}
