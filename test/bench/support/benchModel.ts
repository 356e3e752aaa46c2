/**
 * A process with the scripted model of a long run, so that what it costs is not taken for what the run
 * costs. Argument: steps after which it spends all that is left. Sends its base URL to its parent.
 */
import { ModelServer } from '../../support/modelServer/modelServer';
import type { ScriptedAnswer } from '../../support/modelServer/modelServer';

/** Files of the candidate that are written in turn. */
const files = 50;
/** Steps between two evaluations. */
const evaluateEvery = 250;
/** Tokens that a step adds to the context. */
const tokensOfStep = 200;

async function main(): Promise<void> {
  const steps = Number(process.argv[2]);
  let asked = 0;
  let context = 0;
  const server = await ModelServer.start(({ tools }): ScriptedAnswer => {
    // What the server keeps of every request is no part of what is measured.
    server.requests.length = 0;
    if (tools.length === 0) {
      context = 0;
      return { text: 'a summary', usage: { input: 100, output: 10 } };
    }
    asked += 1;
    context += tokensOfStep;
    if (asked > steps) {
      return { text: 'on and on', usage: { input: 1e12, output: 0 } };
    }
    return {
      calls: [
        { name: 'bash', arguments: { cmd: `echo ${asked}; mirror ${asked}` } },
        {
          name: 'text_editor',
          arguments: {
            command: 'create',
            path: `/workdir/src/f${asked % files}.py`,
            file_text: `x = ${asked}\n`.repeat(20),
          },
        },
        ...(asked % evaluateEvery === 0 ? [{ name: 'evaluate_testcases', arguments: {} }] : []),
      ],
      usage: { input: context, output: 10 },
    };
  });
  process.once('disconnect', () => void server.stop());
  process.send?.(server.baseUrl);
}

void main();
