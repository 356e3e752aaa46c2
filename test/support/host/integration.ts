// Runs test/integration in a real VS Code, on the floor and on the newest version:
//   npm run test:integration [-- --only floor|newest] [--suites PART-OF-A-FILE-NAME]
// Exit code 1: a test failed or gave no verdict; 124: they took too long.
import path from 'node:path';
import { parseArgs } from 'node:util';
import { addResults, failedRun, noResults } from '../report/addResults';
import { resultsVariable } from '../report/results';
import { writeResults } from '../report/writeResults';
import { bundleTests } from './bundleTests';
import { HostChoice, type TestedVersion } from './chooseHosts';
import { DesktopHost } from './desktopHost';
import { repositoryRoot } from './paths';
import { runInHost, type HostVerdict } from './runInHost';
import type { TestHost } from './testHost';

const { values } = parseArgs({ options: { only: { type: 'string' }, suites: { type: 'string' } } });
const versions = (['floor', 'newest'] as const).filter((one) => (values.only ?? one) === one);
const choice = new HostChoice(console.log);
const entry = await bundleTests({ wanted: values.suites });

function runIn(host: TestHost, version: TestedVersion): Promise<HostVerdict> {
  console.log(`\nUses: ${host.description}`);
  return runInHost({
    host,
    entry,
    fixture: path.join(repositoryRoot, 'test/fixtures/workspace'),
    resultsFile: path.join(repositoryRoot, `out/results/integration-${version}.json`),
    timeoutMs: 240_000,
    print: (text) => process.stdout.write(text),
  });
}

/** @returns nothing where there is no VS Code to run in. */
async function runVersion(version: TestedVersion): Promise<HostVerdict | undefined> {
  const host = await choice.for(version);
  if (typeof host === 'string') {
    console.log(`Skipped: ${host}`);
    return undefined;
  }
  const verdict = await runIn(host, version);
  if (!(host instanceof DesktopHost) || verdict.kind === 'results' || verdict.started) {
    return verdict;
  }
  choice.giveUpDesktop(`it did not start (${verdict.why})`);
  return runVersion(version);
}

let total = noResults;
let exitCode = 0;
for (const version of versions) {
  const verdict = await runVersion(version);
  if (verdict?.kind === 'results') {
    total = addResults(total, verdict.results);
    exitCode ||= verdict.results.failed > 0 ? 1 : 0;
  } else if (verdict !== undefined) {
    console.error(verdict.why);
    total = addResults(total, failedRun(`VS Code, ${version}`, verdict.why));
    exitCode ||= verdict.timedOut ? 124 : 1;
  }
}
writeResults(total, process.env[resultsVariable]);
process.exitCode = exitCode;
