import { randomUUID } from 'node:crypto';
import { errorText, UserError } from '../../../core/errors';
import type { PendingQueue } from '../../../core/recording/pending';
import { pinFlakes } from '../../../core/recording/pin';
import { Recorder } from '../../../core/recording/recorder';
import { WorkFolder } from '../../../core/workFolder';
import type { Target } from '../../../core/targets/target';
import type { Capture } from '../../trees/captureNodes';
import type { EngineCalls } from '../api';
import type { AcceptedCaptures } from '../callTypes';
import type { Handlers } from '../rpcServer';
import { enqueue, openQueue, toCapture, waitingCase } from './captureQueue';
import type { Catalogue } from './catalogue';
import { compareGolds } from './compareHandlers';
import type { Engines } from './engines';

type QueueCalls = Pick<
  EngineCalls,
  | 'acceptCaptures'
  | 'rejectCaptures'
  | 'changeCapture'
  | 'undoDecision'
  | 'captureComparison'
  | 'pinCapture'
>;

/** The queue in which captured cases wait: what is decided about them, and its undoing. */
export function queueHandlers(catalogue: Catalogue, engines: Engines): Handlers<QueueCalls> {
  return {
    acceptCaptures: ({ captures }) => acceptAll(catalogue, captures),
    rejectCaptures: async ({ captures }) => {
      const group = randomUUID();
      for (const { root, target, name } of captures) {
        await (await openQueue(root, target)).reject([name], group);
      }
      return null;
    },
    changeCapture: async ({ capture: { root, target, name }, to }) => {
      const queue = await openQueue(root, target);
      const changed = await queue.change(name, to);
      return toCapture(root, target, await waitingCase(queue, changed));
    },
    undoDecision: ({ roots }) => undoLast(catalogue, roots),
    captureComparison: async ({ capture: { root, target: targetName, name } }) => {
      const target = await catalogue.openByName(root, targetName);
      const queue = await openQueue(root, targetName);
      const { replaces } = await waitingCase(queue, name);
      if (replaces === undefined) {
        throw new UserError(`${name} is new: there is no gold to compare it with.`);
      }
      const { gold: before } = await target.store.read(replaces);
      const { gold: after } = await queue.store.read(name);
      if (before === undefined || after === undefined) {
        throw new UserError(`${replaces} has had no gold before: there is nothing to compare.`);
      }
      return compareGolds(new WorkFolder(root), before, after);
    },
    pinCapture: async ({ capture: waiting, repeat, settings }, { signal, emit }) => {
      const { root, target: targetName, name } = waiting;
      const target = await catalogue.openByName(root, targetName);
      emit({ done: 0, message: 'in a sandbox' });
      const engine = await engines.get(settings);
      const recorder = await Recorder.open(target, engine, { runs: repeat, lanes: 1, signal });
      try {
        return await pinWaiting(recorder, root, target, name);
      } finally {
        await recorder.dispose();
      }
    },
  };
}

/** Accepts what can be; one that can't keeps waiting, and the others are accepted all the same. */
async function acceptAll(
  catalogue: Catalogue,
  captures: readonly Capture[],
): Promise<AcceptedCaptures> {
  const group = randomUUID();
  const accepted: AcceptedCaptures['accepted'][number][] = [];
  const refused: AcceptedCaptures['refused'][number][] = [];
  for (const { root, target: targetName, name } of captures) {
    try {
      const target = await catalogue.openByName(root, targetName);
      const queue = await openQueue(root, targetName);
      const now = await accept(queue, name, target, group);
      accepted.push({ root, target: targetName, name: now });
    } catch (error) {
      if (!(error instanceof UserError)) {
        throw error;
      }
      const action = error.action === undefined ? '' : ` ${error.action}`;
      refused.push({ name, reason: errorText(error) + action });
    }
  }
  return { accepted, refused };
}

/** A flaky case says so by its label from then on, as on the command line. */
async function accept(
  queue: PendingQueue,
  name: string,
  target: Target,
  group: string,
): Promise<string> {
  const { flakes, summary } = await waitingCase(queue, name);
  const labels = flakes.length > 0 ? { labels: [...new Set([...summary.labels, 'flaky'])] } : {};
  return queue.accept(name, target.store, { ...labels, group });
}

/** Undoes the last decision of all targets. */
async function undoLast(
  catalogue: Catalogue,
  roots: readonly string[],
): Promise<EngineCalls['undoDecision']['result']> {
  const queues = await Promise.all(
    catalogue.named(roots).map(async ({ root, name: target }) => {
      const queue = await openQueue(root, target);
      return { root, target, queue, at: await queue.lastDecision() };
    }),
  );
  const latest = queues
    .filter(({ at }) => at !== undefined)
    .sort((a, b) => (b.at ?? 0) - (a.at ?? 0))[0];
  if (latest === undefined) {
    throw new UserError('There is nothing to undo: no capture was accepted or rejected.');
  }
  const { store } = await catalogue.openByName(latest.root, latest.target);
  return { target: latest.target, ...(await latest.queue.undo(store)) };
}

async function pinWaiting(
  recorder: Recorder,
  root: string,
  target: Target,
  name: string,
): Promise<Capture> {
  const queue = await openQueue(root, target.name);
  const { flakes, durationMs, replaces, mirroredBy } = await waitingCase(queue, name);
  const { capture } = await pinFlakes(recorder, {
    case: await queue.store.read(name),
    flakes,
    durationMs,
  });
  await queue.drop([name]);
  return enqueue(root, target, capture, {
    ...(replaces !== undefined && { replaces }),
    ...(mirroredBy !== undefined && { mirroredBy }),
  });
}
