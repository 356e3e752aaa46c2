import { buffer } from 'node:stream/consumers';
import { Readable } from 'node:stream';
import { optionsInText } from '../audit/options';
import { emptyContent } from '../cases/case';
import type { Recorder } from './recorder';

/** How long a reference may take to say what it can do, milliseconds. */
const patienceMs = 5000;

/**
 * The options that a reference names when it is asked for `--help`, in a sandbox; none where it
 * does not answer.
 */
export async function optionsOfHelp(recorder: Recorder): Promise<string[]> {
  const input = { args: ['--help'], env: {}, stdin: emptyContent, files: [] };
  const { stdout, stderr } = await recorder.watch(input, Readable.from([]), {
    signal: AbortSignal.timeout(patienceMs),
  });
  const text = await buffer(Readable.from([stdout, Buffer.from('\n'), stderr]));
  return [...optionsInText(text.toString('utf8'))].sort();
}
