import { readdir } from 'node:fs/promises';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { UnreadableCase } from '../../../core/cases/caseStore';
import { FolderStore } from '../../../core/cases/folderStore';
import { errorCode, UserError } from '../../../core/errors';
import { describeFlake } from '../../../core/recording/capture';
import type { Capture as CapturedCase } from '../../../core/recording/capture';
import { PendingQueue } from '../../../core/recording/pending';
import type { CaptureLinks } from '../../../core/recording/captureNotes';
import type { PendingCase } from '../../../core/recording/pending';
import { WorkFolder } from '../../../core/workFolder';
import type { Target } from '../../../core/targets/target';
import { problemText } from '../../model/problemText';
import type { Capture } from '../../trees/captureNodes';
import type { EngineCalls } from '../api';
import type { Handlers } from '../rpcServer';

/** The queue of a target's captured cases in a workspace folder. */
export function openQueue(root: string, target: string): Promise<PendingQueue> {
  return PendingQueue.open(new WorkFolder(root), target, (folder) => new FolderStore(folder));
}

/** Puts a capture into its target's queue, and says how the editor shows it. */
export async function enqueue(
  root: string,
  target: Pick<Target, 'name'>,
  captured: CapturedCase,
  links: CaptureLinks = {},
): Promise<Capture> {
  const queue = await openQueue(root, target.name);
  const name = await queue.add(captured, links);
  return toCapture(root, target.name, await waitingCase(queue, name));
}

/** @throws UserError when it has been accepted or rejected meanwhile. */
export async function waitingCase(queue: PendingQueue, name: string): Promise<PendingCase> {
  const listing = await queue.listing();
  const waiting = listing.waiting.find(({ summary }) => summary.name === name);
  if (waiting === undefined) {
    const broken = listing.unreadable.find((one) => one.name === name);
    if (broken !== undefined) {
      throw new UserError(broken.problem, { action: 'Correct its text, or reject it.' });
    }
    throw new UserError(`The captured case ${name} is not there any more.`, {
      action: 'Refresh the Capture tree.',
    });
  }
  return waiting;
}

/** What waits in the queues. */
export function captureHandlers(): Handlers<Pick<EngineCalls, 'captures'>> {
  return {
    captures: async ({ roots }) => {
      const lists = await Promise.all(roots.map(async (root) => listCaptures(root)));
      return lists.flat();
    },
  };
}

/** All that waits in a workspace folder, target by target. */
async function listCaptures(root: string): Promise<Capture[]> {
  const { pending } = new WorkFolder(root);
  const names = await readdir(pending).catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT') {
      return [];
    }
    throw error;
  });
  const captures: Capture[] = [];
  for (const name of names.sort()) {
    const { waiting, unreadable } = await (await openQueue(root, name)).listing();
    captures.push(
      ...waiting.map((one) => toCapture(root, name, one)),
      ...unreadable.map((one) => toUnreadable(root, name, one)),
    );
    await nextTurn();
  }
  return captures;
}

export function toCapture(
  root: string,
  target: string,
  { summary, flakes, replaces }: PendingCase,
): Capture {
  const flaky = flakes.map(describeFlake).join(' ');
  return {
    id: `${root}\n${target}\n${summary.name}`,
    root,
    path: summary.location.path,
    target,
    name: summary.name,
    args: summary.args,
    labels: summary.labels,
    replaces: replaces !== undefined,
    ...(flaky !== '' && { flaky }),
    pinnedBy: [...new Set(flakes.flatMap(({ pinnedBy }) => pinnedBy))],
  };
}

function toUnreadable(root: string, target: string, broken: UnreadableCase): Capture {
  const { name, location } = broken;
  return {
    id: `${root}\n${target}\n${name}`,
    root,
    path: location.path,
    target,
    name,
    args: [],
    labels: [],
    replaces: false,
    pinnedBy: [],
    problem: problemText(broken),
    ...(location.line !== undefined && { line: location.line }),
  };
}
