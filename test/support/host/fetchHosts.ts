// Gets the VS Codes that the integration tests will run in, while other tests run. Where one can't be
// had those tests say so; it is no failure here.
import { HostChoice } from './chooseHosts';

const choice = new HostChoice(console.log);
for (const version of ['floor', 'newest'] as const) {
  try {
    await choice.for(version);
  } catch (error) {
    console.log(`Not had: ${error instanceof Error ? error.message : String(error)}`);
  }
}
