import { buffer } from 'node:stream/consumers';
import { Readable } from 'node:stream';
import { emptyContent } from '../cases/case';
import type { Recorder } from './recorder';

/** How long a reference may take to say what it can do, milliseconds. */
const patienceMs = 5000;

/** What a reference prints on both streams when it is asked for `--help`, in a sandbox. */
export async function helpOf(recorder: Recorder): Promise<string> {
  const input = { args: ['--help'], env: {}, stdin: emptyContent, files: [] };
  const { stdout, stderr } = await recorder.watch(input, Readable.from([]), {
    signal: AbortSignal.timeout(patienceMs),
  });
  return (await buffer(Readable.from([stdout, Buffer.from('\n'), stderr]))).toString('utf8');
}
