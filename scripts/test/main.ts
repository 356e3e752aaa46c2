// Sets the system up and runs the steps of `npm test`; those that are named, or all.
//   npm test [-- unit faults faults/runs …]
import {
  browser,
  bubblewrap,
  compiler,
  containerEngines,
  python,
  sampleReferences,
  serverTools,
} from '../setup/needs';
import { ensureNeeds } from '../setup/systemPackages';
import { engineLines } from './engines';
import { runSteps } from './runSteps';
import { steps } from './steps';
import type { Step } from './steps';
import { summaryOf } from './summary';

const named = process.argv.slice(2);
const isNamed = (step: Step, name: string) =>
  step.name === name || step.name.startsWith(`${name}/`);
const unknown = named.filter((name) => !steps.some((step) => isNamed(step, name)));
if (unknown.length > 0) {
  console.error(
    `There is no step ${unknown.join(', ')}: ${steps.map(({ name }) => name).join(', ')}.`,
  );
  process.exit(2);
}
const needs = [bubblewrap, compiler, python, browser, serverTools, sampleReferences()];
// Each engine by itself: where one can't be installed the rest is there all the same.
const unmet = [needs, ...containerEngines.map((need) => [need])].flatMap((group) =>
  ensureNeeds(group, console.log),
);
const chosen = steps.filter(
  (step) => named.length === 0 || named.some((name) => isNamed(step, name)),
);
const stopping = new AbortController();
for (const [signal, exitCode] of Object.entries({ SIGINT: 130, SIGTERM: 143 })) {
  process.once(signal, () => {
    stopping.abort();
    process.exit(exitCode);
  });
}
const outcomes = await runSteps(chosen, {
  print: (chunk) => process.stdout.write(chunk),
  signal: stopping.signal,
});
const { text, failed } = summaryOf(outcomes, { unmetNeeds: unmet, engines: await engineLines() });
console.log(`\n${text}`);
process.exitCode = failed > 0 ? 1 : 0;
