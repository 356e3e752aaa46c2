import type { Language } from '../../core/targets/target';
import { languageTitles } from '../../core/targets/languageDefaults';
import { targetRow } from '../model/targetInfo';
import type { TargetInfo } from '../model/targetInfo';
import { mapAnswer } from '../quickInput/asker';
import type { Step } from '../quickInput/steps';

/** What *Score Candidate…* asks for; what is given beforehand is not asked. */
export interface ScoreAnswers {
  readonly target?: TargetInfo;
  readonly language?: Language;
  /** Absolute path of the candidate's folder. */
  readonly candidate?: string;
}

export interface ScoreFlowContext {
  readonly targets: readonly TargetInfo[];
  readonly findCandidate: (target: TargetInfo, language: Language) => string | undefined;
  /** Whether the folder is asked for although one is known. */
  readonly askFolder: boolean;
}

/** The questions of *Score Candidate…* and of *Choose Candidate Folder…*, in order. */
export function scoreSteps(
  given: ScoreAnswers,
  { targets, findCandidate, askFolder }: ScoreFlowContext,
): readonly Step<ScoreAnswers>[] {
  const targetOf = ({ target }: ScoreAnswers) => target ?? targets[0];
  const known = (state: ScoreAnswers) => {
    const target = targetOf(state);
    return target === undefined || state.language === undefined
      ? undefined
      : findCandidate(target, state.language);
  };
  return [
    {
      when: () => given.target === undefined && targets.length > 1,
      ask: async (state, asker, place) => {
        const choices = targets.map((value) => ({
          ...targetRow(value),
          value,
        }));
        const answer = await asker.pick({ placeholder: 'Which target?', choices }, place);
        return mapAnswer(answer, (target) => ({ ...state, target }));
      },
    },
    {
      when: () => given.language === undefined,
      ask: async (state, asker, place) => {
        const target = targetOf(state);
        const languages = target?.languages ?? [];
        const folder = (language: Language) =>
          target === undefined ? undefined : findCandidate(target, language);
        const choices = [...languages]
          .sort((a, b) => Number(folder(a) === undefined) - Number(folder(b) === undefined))
          .map((language) => ({
            label: languageTitles[language],
            description: folder(language) ?? 'no candidate yet',
            value: language,
          }));
        const answer = await asker.pick(
          { placeholder: 'In which language is the candidate?', choices },
          place,
        );
        return mapAnswer(answer, (language) => ({
          ...state,
          ...(target !== undefined && { target }),
          language,
        }));
      },
    },
    {
      when: (state) => given.candidate === undefined && (askFolder || known(state) === undefined),
      ask: async (state, asker, place) => {
        const folder = known(state) ?? targetOf(state)?.path;
        const answer = await asker.open(
          {
            openLabel: 'Use as Candidate',
            kind: 'folder',
            ...(folder !== undefined && { folder }),
          },
          place,
        );
        return mapAnswer(answer, ([candidate = '']) => ({ ...state, candidate }));
      },
    },
  ];
}
