import { Notes } from '../../src/core/transcripts/notes/notes';
import { openTranscript } from '../../src/core/transcripts/openTranscript';
import type { Transcript } from '../../src/core/transcripts/openTranscript';
import { answerReplay } from '../../src/extension/transcripts/replayChannel';
import type { ReplayDocument } from '../../src/extension/transcripts/replayDocument';
import { MessageChannel } from '../../src/protocol/messages';
import { transcriptHostParsers } from '../../src/protocol/transcript';
import type { Place, TranscriptHost, TranscriptView } from '../../src/protocol/transcript';
import type { BrowserRig } from '../support/browser/browserRig';
import type { ThemeName } from '../support/browser/theme';
import type { View } from '../support/browser/view';

export interface ShownTranscript {
  readonly view: View;
  readonly transcript: Transcript;
  /** Opens the file as it is now, and tells the view. */
  readonly reopen: () => void;
  readonly channel: MessageChannel<TranscriptHost, TranscriptView>;
  /** What the view has told its host, by name. */
  readonly told: { readonly name: string; readonly body: unknown }[];
}

export interface ShowOptions {
  readonly theme?: ThemeName;
  readonly state?: unknown;
  readonly size?: { readonly width: number; readonly height: number };
  /** Where a deep link leads. */
  readonly reveal?: Place;
  /** Only so many events are indexed at first. */
  readonly first?: number;
}

/** The built view of a real file, with the real engine behind it and VS Code's side faked. */
export async function showTranscript(
  rig: BrowserRig,
  file: string,
  options: ShowOptions = {},
): Promise<ShownTranscript> {
  const view = await rig.open({ script: 'dist/media/transcript.js', ...options });
  const told: { name: string; body: unknown }[] = [];
  const channel = new MessageChannel<TranscriptHost, TranscriptView>(
    {
      post: (message) => void view.send(message).catch(() => undefined),
      onMessage: (listener) => {
        void view.onMessage((message) => {
          const { kind, name, body } = message as { kind: string; name: string; body: unknown };
          if (kind === 'event') {
            told.push({ name, body });
          }
          listener(message);
        });
        return { dispose: () => undefined };
      },
    },
    transcriptHostParsers,
    (problem) => told.push({ name: 'stray', body: problem }),
  );
  let opening = openTranscript(file);
  opening.catch(() => undefined);
  const document = {
    uri: { fsPath: file },
    notes: new Notes(file),
    transcript: () => opening,
  } as unknown as ReplayDocument;
  channel.handle('load', async ({ sample }) => {
    const transcript = await opening;
    await transcript.load(sample);
    const count = await transcript.count(sample);
    const { first = count } = options;
    return { sample, done: 1, total: 1, count: first, complete: first === count };
  });
  answerReplay(channel, document, () => options.reveal);
  const reopen = () => {
    opening = openTranscript(file);
    channel.send('reopened', undefined);
  };
  return { view, transcript: await opening.catch(() => undefined as never), reopen, channel, told };
}

/** A log of a run whose lines are given, as Claude Code writes it. */
export function claudeLine(role: 'user' | 'assistant', content: unknown, index: number): string {
  return JSON.stringify({
    type: role,
    uuid: `u${index}`,
    parentUuid: index === 0 ? null : `u${index - 1}`,
    sessionId: 's',
    version: '2.0.0',
    cwd: '/w',
    timestamp: new Date(1_780_000_000_000 + index * 1000).toISOString(),
    message: {
      role,
      content,
      ...(role === 'assistant'
        ? {
            id: `m${index}`,
            model: 'claude',
            type: 'message',
            usage: { input_tokens: 10, output_tokens: 5 },
          }
        : {}),
    },
  });
}
