import { OutputInTurn } from './outputInTurn';
import { runStep } from './runStep';
import type { StepOptions, StepOutcome } from './runStep';
import type { Step } from './steps';

/** Most steps wait for something half of their time: one at a time would leave cores idle. */
const atATime = 2;

/**
 * Runs steps in their order, some at a time, each once those that it builds on have ended. What they
 * print is given one step after the other.
 * @returns their outcomes in the order of the steps.
 */
export async function runSteps(
  steps: readonly Step[],
  { print, signal }: StepOptions,
): Promise<StepOutcome[]> {
  const output = new OutputInTurn(print);
  const outcomes = new Map<Step, StepOutcome>();
  const running = new Map<Step, Promise<void>>();
  const begin = async (step: Step) => {
    const turn = output.open(`\n=== ${step.name} ===\n`);
    outcomes.set(step, await runStep(step, { ...(signal && { signal }), print: turn.write }));
    running.delete(step);
    turn.close();
  };
  const unfinished = () => steps.filter((step) => !outcomes.has(step));
  while (unfinished().length > 0) {
    const next = nextOf(unfinished(), [...running.keys()]);
    if (next === undefined) {
      await Promise.race(running.values());
    } else {
      running.set(next, begin(next));
    }
  }
  return steps.flatMap((step) => outcomes.get(step) ?? []);
}

/** The step that may begin, if one may; what is alone keeps its place among the others. */
function nextOf(unfinished: readonly Step[], running: readonly Step[]): Step | undefined {
  const [first] = unfinished;
  if (first?.alone === true) {
    return running.length === 0 ? first : undefined;
  }
  const end = unfinished.findIndex(({ alone }) => alone === true);
  return unfinished
    .slice(0, end === -1 ? unfinished.length : end)
    .find(
      (step) =>
        running.length < atATime &&
        !running.includes(step) &&
        !unfinished.some(({ name }) => step.after?.includes(name) === true),
    );
}
