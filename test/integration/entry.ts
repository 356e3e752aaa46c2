import Mocha from 'mocha';
import { captureOutput } from '../support/host/captureOutput';
import { ResultsReporter } from '../support/report/resultsReporter';

/**
 * What VS Code calls in its extension host: runs every suite below `test/integration`.
 * @throws when a test fails. The verdict that counts is what the reporter writes: an extension host
 * that dies on the way ends as if all were well.
 */
export async function run(): Promise<void> {
  const print = captureOutput();
  // Mocha has kept the console from before.
  Mocha.reporters.Base.consoleLog = print;
  const mocha = new Mocha({
    ui: 'tdd',
    timeout: 30_000,
    forbidOnly: true,
    color: false,
    reporter: ResultsReporter,
  });
  mocha.suite.emit('pre-require', globalThis, '', mocha);
  await import('integration-suites');
  const failures = await new Promise<number>((resolve) => mocha.run(resolve));
  if (failures > 0) {
    throw new Error(`${failures} of the integration tests failed.`);
  }
}
