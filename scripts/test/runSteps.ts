import { runStep } from './runStep';
import type { StepOutcome } from './runStep';
import type { Step } from './steps';

/**
 * Runs steps one after the other, and beside them those that may: most tests wait for something, and
 * one of two cores would stand still.
 * @returns their outcomes in the order of the steps.
 */
export async function runSteps(steps: readonly Step[]): Promise<StepOutcome[]> {
  const outcomes = new Map<Step, StepOutcome>();
  const runAside = async () => {
    for (const step of steps.filter(({ aside }) => aside === true)) {
      const chunks: Buffer[] = [];
      outcomes.set(step, await runStep(step, (chunk) => chunks.push(chunk)));
      console.log(`\n=== ${step.name}, beside the others ===`);
      process.stdout.write(Buffer.concat(chunks));
    }
  };
  let beside: Promise<void> | undefined;
  for (const step of steps) {
    if (step.aside === true) {
      // What comes before the first of them is what they build on.
      beside ??= runAside();
    } else {
      if (step.alone === true) {
        await beside;
      }
      console.log(`\n=== ${step.name} ===`);
      outcomes.set(step, await runStep(step));
    }
  }
  await beside;
  return steps.flatMap((step) => outcomes.get(step) ?? []);
}
