import type { FieldReader } from '../../sandbox/frames';
import type { ShellResult } from '../workspace';

const ends = { exit: 0, signal: 1, timeout: 2, ended: 3 } as const;

/** What the server says of a command: how it ended, and the beginning and the end of its output. */
export function shellResult(answer: FieldReader, limit: number): ShellResult {
  const kind = answer.u32();
  const value = answer.i32();
  const total = answer.u64();
  const headLength = answer.u32();
  const kept = answer.rest();
  const { text, isCut } = cutMiddle(kept, headLength, total, limit);
  const cut = isCut ? { cutFrom: total } : {};
  switch (kind) {
    case ends.exit:
      return { output: text, exit: { kind: 'exit', code: value }, ...cut };
    case ends.timeout:
      return { output: text, exit: { kind: 'timeout' }, ...cut };
    case ends.signal:
      return { output: text + anew, exit: { kind: 'signal', signal: value }, ...cut };
    default:
      return { output: text + anew, exit: { kind: 'exit', code: value }, ...cut };
  }
}

const anew =
  '\n[The shell has ended. The next command gets a new one, in which no variable and no folder of ' +
  'the old one is left.]';

/** The result with something to say before its output. */
export function withNote(result: ShellResult, note: string | undefined): ShellResult {
  return note === undefined ? result : { ...result, output: `${note}\n${result.output}` };
}

function cutMiddle(
  kept: Buffer,
  headLength: number,
  total: number,
  limit: number,
): { text: string; isCut: boolean } {
  if (total <= limit && total === kept.length) {
    return { text: kept.toString('utf8'), isCut: false };
  }
  const half = Math.floor(limit / 2);
  const head = kept.subarray(0, Math.min(half, headLength));
  const tail = kept.subarray(Math.max(head.length, kept.length - half));
  const missing = total - head.length - tail.length;
  return {
    text: `${head.toString('utf8')}\n[… ${missing} bytes left out …]\n${tail.toString('utf8')}`,
    isCut: true,
  };
}
