// Sets the system up and runs the steps of `npm test`; those that are named, or all.
//   npm test [-- unit faults …]
import {
  browser,
  bubblewrap,
  compiler,
  python,
  sampleReferences,
  serverTools,
} from '../setup/needs';
import { ensureNeeds } from '../setup/systemPackages';
import { engineLines } from './engines';
import { runSteps } from './runSteps';
import { steps } from './steps';
import { summaryOf } from './summary';

const named = process.argv.slice(2);
const unknown = named.filter((name) => !steps.some((step) => step.name === name));
if (unknown.length > 0) {
  console.error(
    `There is no step ${unknown.join(', ')}: ${steps.map(({ name }) => name).join(', ')}.`,
  );
  process.exit(2);
}
const needs = [bubblewrap, compiler, python, browser, serverTools, sampleReferences()];
const unmet = ensureNeeds(needs, console.log);
const chosen = steps.filter(({ name }) => named.length === 0 || named.includes(name));
const outcomes = await runSteps(chosen);
const { text, failed } = summaryOf(outcomes, { unmetNeeds: unmet, engines: await engineLines() });
console.log(`\n${text}`);
process.exitCode = failed > 0 ? 1 : 0;
