import { mkdir, mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import PQueue from 'p-queue';
import type { CaseInput, FileEntry } from '../../cases/case';
import { inputKey } from '../../cases/inputKey';
import { decodeOsString } from '../../cases/osString';
import type { AsyncDisposable } from '../../disposable';
import { errorText, UserError } from '../../errors';
import { answerOf, compareAnswers } from '../../scoring/comparison';
import type { Answer } from '../../scoring/comparison';
import type { Target } from '../../targets/target';
import type { Capture, CaseDraft } from '../capture';
import { NoGoldError } from '../capture';
import { nameFor, uniqueName } from '../names';
import type { PendingQueue } from '../pending';
import type { Recorder } from '../recorder';
import { ShimConnection } from './shimConnection';
import { readEnvironment, shimFolder, socketName } from './shimProtocol';
import type { ShimCall } from './shimProtocol';
import { watchCall } from './watchedCall';
import type { WatchedCall } from './watchedCall';

/** What a recording terminal tells of itself. */
export type TerminalEvent =
  /** A call waits in the queue, under this name; it is checked for flakes from then on. */
  | { readonly kind: 'captured'; readonly name: string }
  /** The queue has changed otherwise. */
  | { readonly kind: 'checked'; readonly name: string }
  /** A call that is no case, and why. */
  | { readonly kind: 'leftOut'; readonly call: string; readonly reason: string };

export interface TerminalParts {
  readonly target: Target;
  readonly recorder: Recorder;
  readonly queue: PendingQueue;
  /** The native program that the shims are. */
  readonly shim: string;
  readonly onEvent: (event: TerminalEvent) => void;
}

/** The file to which the shell writes its first environment. */
export const environmentFile = 'environment';

/**
 * Records every call of a target that is made where its folder of shims is first on `PATH`: the
 * reference runs in a sandbox, the author sees its streams, and the call waits in the queue.
 */
export class RecordingTerminal implements AsyncDisposable {
  private readonly sockets = new Set<Socket>();
  private readonly calls = new Set<Promise<void>>();
  private readonly recordings = new PQueue({ concurrency: 4 });

  private constructor(
    private readonly parts: TerminalParts,
    /** The folder of its own, with the shims, the socket and what the shell writes. */
    readonly folder: string,
    private readonly server: Server,
    private readonly names: Set<string>,
    private readonly inputs: Set<string>,
  ) {}

  /** @throws UserError when the socket or the shims can't be made. */
  static async open(parts: TerminalParts): Promise<RecordingTerminal> {
    // Not below the workspace: the path of a socket may have no more than 107 bytes.
    const folder = await mkdtemp(path.join(os.tmpdir(), 'mirrorcode-'));
    const { names, inputs } = await readKnown(parts);
    const server = createServer();
    const terminal = new RecordingTerminal(parts, folder, server, names, inputs);
    server.on('connection', (socket) => terminal.accept(socket));
    try {
      await mkdir(path.join(folder, shimFolder));
      for (const name of shimNames(parts.target)) {
        await symlink(parts.shim, path.join(folder, shimFolder, name));
      }
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject);
        server.listen(path.join(folder, socketName), resolve);
      });
    } catch (error) {
      await rm(folder, { recursive: true, force: true });
      throw new UserError(
        `Opening a recording terminal for ${parts.target.name} failed: ${errorText(error)}.`,
        { action: 'Make room in the folder for temporary files, or set TMPDIR to a short path.' },
      );
    }
    return terminal;
  }

  /** Ends what is still called, and waits until what was called before has been checked. */
  async dispose(): Promise<void> {
    this.server.close();
    this.sockets.forEach((socket) => socket.destroy());
    await Promise.all(this.calls);
    await this.recordings.onIdle();
    await rm(this.folder, { recursive: true, force: true });
  }

  private accept(socket: Socket): void {
    this.sockets.add(socket);
    socket.on('close', () => this.sockets.delete(socket));
    const shim = new ShimConnection(socket, (call) => {
      const served = this.serve(shim, call).finally(() => this.calls.delete(served));
      this.calls.add(served);
    });
  }

  /** Never throws: what goes wrong is told. */
  private async serve(shim: ShimConnection, call: ShimCall): Promise<void> {
    const line = [call.name, ...call.args].join(' ');
    const leaveOut = (reason: string) =>
      this.parts.onEvent({ kind: 'leftOut', call: line, reason });
    try {
      const environment = await this.firstEnvironment(call);
      const watched = await watchCall(this.parts.recorder, shim, call, environment);
      if ('leftOut' in watched) {
        leaveOut(watched.leftOut);
        return;
      }
      const key = inputKey(watched);
      if (this.inputs.has(key)) {
        leaveOut('there is such a case already');
        return;
      }
      this.inputs.add(key);
      await this.capture(watched, leaveOut);
    } catch (error) {
      leaveOut(errorText(error));
    }
  }

  private async firstEnvironment(call: ShimCall): Promise<ReadonlyMap<string, string>> {
    const bytes = await readFile(path.join(this.folder, environmentFile)).catch(() => undefined);
    // A shell that writes none sets nothing that could be told from what an author sets.
    return bytes === undefined ? call.env : readEnvironment(decodeOsString(bytes).split('\0'));
  }

  /** Queues what was seen at once, so that nothing is lost, and what further runs show after it. */
  private async capture(
    { input, allFiles, result }: Extract<WatchedCall, { input: CaseInput }>,
    leaveOut: (reason: string) => void,
  ): Promise<void> {
    const { recorder, queue, onEvent } = this.parts;
    const name = uniqueName(nameFor(input), this.names);
    const draft: CaseDraft = { name, labels: [], duals: [], input };
    const gold = result === undefined ? undefined : answerOf(result);
    let waiting: string | undefined;
    if (gold !== undefined && result !== undefined) {
      const { durationMs } = result;
      const seen = { gold, runs: 1, varied: [], flakes: [], durationMs };
      waiting = await queue.add(recorder.captureOf(draft, seen));
      onEvent({ kind: 'captured', name: waiting });
    }
    const check = async () => {
      try {
        const capture = await this.record(draft, allFiles, gold);
        if (waiting === undefined) {
          onEvent({ kind: 'captured', name: await queue.add(capture) });
        } else if (await queue.update(waiting, capture)) {
          onEvent({ kind: 'checked', name: waiting });
        }
      } catch (error) {
        if (waiting !== undefined && error instanceof NoGoldError) {
          await queue.drop([waiting]);
          onEvent({ kind: 'checked', name: waiting });
        }
        leaveOut(errorText(error));
      }
    };
    void this.recordings.add(check);
  }

  /** Records with the files that were read; with all, where the program answers otherwise then. */
  private async record(
    draft: CaseDraft,
    allFiles: readonly FileEntry[],
    seen: Answer | undefined,
  ): Promise<Capture> {
    const { recorder } = this.parts;
    const capture = await recorder.record(draft);
    const { gold } = capture.case;
    if (seen === undefined || gold === undefined || (await isSame(seen, gold))) {
      return capture;
    }
    const whole = await recorder.record({ ...draft, input: { ...draft.input, files: allFiles } });
    return whole.case.gold !== undefined && (await isSame(seen, whole.case.gold)) ? whole : capture;
  }
}

async function isSame(one: Answer, other: Answer): Promise<boolean> {
  return (await compareAnswers(one, other, { profile: 'exact' })).differences.length === 0;
}

/** The target's own name, and the name that its reference goes by where that alone calls it. */
function shimNames({ name, reference }: Target): string[] {
  const own = path.basename(reference?.argv0 ?? name);
  const names = (reference?.prefixArgs ?? []).length > 0 ? [name] : [name, own];
  return [...new Set(names)].filter((each) => each !== '' && !each.includes('/'));
}

/** Names that are taken, and inputs that some case has already. */
async function readKnown({ target, queue }: TerminalParts) {
  const names = new Set<string>();
  const inputs = new Set<string>();
  for (const store of [target.store, queue.store]) {
    for await (const known of store.readAll()) {
      names.add(known.name);
      inputs.add(inputKey(known));
    }
  }
  return { names, inputs };
}
