import path from 'node:path';
import type { Case } from '../../../core/cases/case';
import { isVisible } from '../../../core/cases/case';
import { formatCase } from '../../../core/cases/caseLayout';
import { parseCase } from '../../../core/cases/caseText';
import { readInputs, recordDuals } from '../../../core/recording/duals/recordDuals';
import type { DualAttempt } from '../../../core/recording/duals/recordDuals';
import { Recorder } from '../../../core/recording/recorder';
import { answerText } from '../answerText';
import type { EngineCalls } from '../api';
import type { DualOffer } from '../callTypes';
import type { Handlers } from '../rpcServer';
import { enqueue } from './captureQueue';
import type { Catalogue } from './catalogue';
import type { Engines } from './engines';

/** Making duals: what could mirror a case, recorded, and the one that was chosen. */
export function dualHandlers(
  catalogue: Catalogue,
  engines: Engines,
): Handlers<Pick<EngineCalls, 'offerDuals' | 'queueDual'>> {
  return {
    offerDuals: async ({ target: info, name, repeat, settings }, { signal, emit }) => {
      const target = await catalogue.open(info);
      const original = await target.store.read(name);
      const others = await readInputs(target.store);
      const engine = await engines.get(settings);
      const recorder = await Recorder.open(target, engine, {
        runs: repeat,
        lanes: engines.jobs(settings),
        signal,
        onProgress: emit,
      });
      try {
        return (await recordDuals(recorder, original, others)).map(toOffer);
      } finally {
        await recorder.dispose();
      }
    },
    queueDual: async ({ target: info, name, text, durationMs }) => {
      const target = await catalogue.open(info);
      const original = await target.store.read(name);
      const dual = parseCase(text, { folder: path.dirname(target.store.path), file: name });
      const links = isVisible(original) ? {} : { mirroredBy: name };
      return enqueue(info.root, target, { case: dual, flakes: [], durationMs }, links);
    },
  };
}

function toOffer(attempt: DualAttempt): DualOffer {
  const { proposal } = attempt;
  const { title, input } = proposal;
  if ('refused' in attempt) {
    return { title, args: input.args, refused: attempt.refused };
  }
  const { case: dual, durationMs } = attempt.capture;
  return {
    title,
    args: input.args,
    text: formatCase(dual),
    preview: preview(dual),
    durationMs,
  };
}

/** What the reference answered, in the text of a case. */
function preview({ gold }: Case): string {
  const bytes = (content: { kind: string; bytes?: Uint8Array } | undefined) =>
    content?.bytes ?? new Uint8Array(0);
  const streams = new Map([
    ['stdout', bytes(gold?.stdout)],
    ['stderr', bytes(gold?.stderr)],
  ]);
  const shown = [...streams].filter(([, content]) => content.length > 0);
  return answerText(
    { returncode: gold?.returncode, streams },
    shown.map(([stream]) => ({ stream, offset: 0, line: 1, column: 1, class: 'else' })),
  );
}
