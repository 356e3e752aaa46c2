import type { Answer, Asker, Place } from './asker';
import { RememberingAsker } from './rememberingAsker';

/** One question of a flow: with the answers so far it gives the answers with its own. */
export interface Step<S> {
  /** Whether the question is asked at all, given the answers so far; always when absent. */
  readonly when?: (state: S) => boolean;
  readonly ask: (state: S, asker: Asker, place: Place) => Promise<Answer<S>>;
}

/**
 * Asks a flow's questions in order. A step back returns to the question asked before, with the
 * answers as they were then, and offers again what was answered to it; a step back from the first one gives up.
 * @returns the answers, or undefined when the person gave up
 */
export async function askSteps<S>(
  title: string,
  initial: S,
  steps: readonly Step<S>[],
  anyAsker: Asker,
): Promise<S | undefined> {
  const asker = new RememberingAsker(anyAsker);
  const asked: { readonly index: number; readonly before: S }[] = [];
  let state = initial;
  let index = 0;
  for (;;) {
    const step = steps[index];
    if (step === undefined) {
      return state;
    }
    if (step.when?.(state) === false) {
      index++;
      continue;
    }
    const answer = await step.ask(state, asker, {
      title,
      step: asked.length + 1,
      totalSteps: asked.length + steps.slice(index).filter(isAsked(state)).length,
      canGoBack: asked.length > 0,
    });
    if (answer.kind === 'cancel') {
      return undefined;
    }
    if (answer.kind === 'value') {
      asked.push({ index, before: state });
      state = answer.value;
      index++;
      continue;
    }
    const previous = asked.pop();
    if (previous === undefined) {
      return undefined;
    }
    state = previous.before;
    index = previous.index;
  }
}

function isAsked<S>(state: S): (step: Step<S>) => boolean {
  return ({ when }) => when?.(state) !== false;
}
