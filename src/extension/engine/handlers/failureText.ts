import { readFile } from 'node:fs/promises';
import type { Case, Content, Gold } from '../../../core/cases/case';
import { formatCase } from '../../../core/cases/caseLayout';
import { readContent } from '../../../core/cases/content';
import type { CaseResult, Difference } from '../../../core/scoring/score';
import { answerText } from '../answerText';
import type { AnswerSide } from '../answerText';
import type { FailureText } from '../callTypes';
import { actualFiles } from './actualOutputs';

/** Characters of text that one run may hand over; later failures come without their texts. */
const largestTotal = 24 << 20;

/** Makes the texts of failing cases for test messages, as long as they are not too much to carry. */
export class FailureTexts {
  private total = 0;

  /** @param dir The score's folder, in which the actual outputs are kept. */
  async of(one: Case, result: CaseResult, dir: string): Promise<FailureText | undefined> {
    const { gold } = one;
    const [first] = result.differences;
    if (gold === undefined || first === undefined || this.total > largestTotal) {
      return undefined;
    }
    const text = {
      expected: answerText(await goldSide(gold, result.differences), result.differences),
      actual: answerText(await actualSide(result, dir), result.differences),
      line: differenceLine(formatCase(one), first),
    };
    this.total += text.expected.length + text.actual.length;
    return text;
  }
}

async function goldSide(gold: Gold, differences: readonly Difference[]): Promise<AnswerSide> {
  const streams = new Map<string, Uint8Array | undefined>();
  for (const { stream } of differences) {
    const content = goldContent(gold, stream);
    streams.set(stream, content === undefined ? undefined : await readContent(content));
  }
  return { returncode: gold.returncode, streams };
}

function goldContent(gold: Gold, stream: string): Content | undefined {
  if (stream === 'stdout' || stream === 'stderr') {
    return gold[stream];
  }
  const entry = gold.outputs.find(({ path }) => `out/${path}` === stream);
  return entry?.kind === 'file' ? entry.content : undefined;
}

async function actualSide(result: CaseResult, dir: string): Promise<AnswerSide> {
  const files = await actualFiles(dir, result);
  const streams = new Map<string, Uint8Array | undefined>();
  for (const { stream } of result.differences) {
    const file = files.get(stream);
    streams.set(stream, file === undefined ? undefined : await readFile(file));
  }
  return { returncode: result.returncode, streams };
}

/** The line of a case's text, base 0, that holds a difference, as far as the text has it. */
export function differenceLine(text: string, { stream, line }: Difference): number {
  const lines = text.split('\n');
  const head =
    stream === 'returncode'
      ? 'returncode:'
      : stream.startsWith('out/')
        ? `-- out ${JSON.stringify(stream.slice('out/'.length))}`
        : `-- ${stream}`;
  const start = lines.findIndex((each) => each.startsWith(head));
  if (start < 0) {
    return 0;
  }
  const next = lines.findIndex((each, i) => i > start && !/^[|\\<]/u.test(each));
  const last = (next < 0 ? lines.length : next) - 1;
  return stream === 'returncode' ? start : Math.min(start + line, last);
}
