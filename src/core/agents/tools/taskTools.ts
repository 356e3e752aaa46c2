import * as z from 'zod';
import type { Meter } from '../budget';
import type { Json } from '../log/inspectLog';
import type { Tool } from './tool';

const none = z.object({});

/** Share of visible cases that must pass before `submit` is taken, as in MirrorCode. */
export const defaultSubmitGate = 0.3;

/** What scoring the visible cases gave. */
export interface VisibleScore {
  readonly passed: number;
  readonly total: number;
  /** What came of each case, for who looks at the run later; absent where nothing was run. */
  readonly cases?: readonly { readonly name: string; readonly passed: boolean }[];
  /** What the agent is told: names of failing cases with their first difference. */
  readonly text: string;
}

/** Scores the candidate as it stands on the visible cases; safe when called twice at once. */
export type ScoreVisible = (signal: AbortSignal) => Promise<VisibleScore>;

/** `evaluate_testcases`: builds and scores on the visible cases; does not end the run. */
export function evaluateTestcasesTool(score: ScoreVisible): Tool {
  return {
    name: 'evaluate_testcases',
    description:
      'Build your code and run it against all visible test cases in a fresh sandbox, where the ' +
      'original program does not exist. Does not end the task.',
    parameters: none,
    async call(_given, { signal }) {
      const result = await score(signal);
      return { text: result.text, metadata: metadataOf(result) };
    },
  };
}

/** `resources`: what is left of the budget. */
export function resourcesTool(meter: Meter): Tool {
  return {
    name: 'resources',
    description: 'Tell how many tokens and how much time are used and left.',
    parameters: none,
    call: () => Promise.resolve({ text: meter.describe() }),
  };
}

/** `submit`: ends the run, once enough of the visible cases pass. `gate`: 0 to 1. */
export function submitTool(score: ScoreVisible, gate: number | 'none' = defaultSubmitGate): Tool {
  return {
    name: 'submit',
    description:
      'Submit the current state of the codebase as your final answer. This ends the task.',
    parameters: none,
    async call(_given, { signal }) {
      if (gate === 'none') {
        return { text: 'Submitted.', submitted: true };
      }
      const result = await score(signal);
      const { passed, total } = result;
      const metadata = metadataOf(result);
      const share = total === 0 ? 1 : passed / total;
      return share >= gate
        ? { text: 'Submitted.', submitted: true, metadata }
        : {
            text:
              `Not submitted: ${passed} of ${total} visible test cases pass, and submitting needs ` +
              `${Math.ceil(gate * 100)} %. Go on.`,
            metadata,
          };
    },
  };
}

/** What a transcript's player reads of a test run. */
function metadataOf({ passed, total, cases }: VisibleScore): Record<string, Json> {
  const rows = cases?.map(({ name, passed: good }) => ({ name, passed: good }));
  return { passed, total, ...(rows === undefined ? {} : { cases: rows }) };
}
