import { existsSync } from 'node:fs';
import path from 'node:path';
import type { Command } from 'commander';
import { userCacheFolder } from '../core/transcripts/bytes/cacheFolder';
import { UserError } from '../core/errors';
import { showControls } from '../core/transcripts/export/eventText';
import { eventKinds } from '../core/transcripts/normalForm';
import type { EventKind } from '../core/transcripts/normalForm';
import { openTranscript } from '../core/transcripts/openTranscript';
import type { Transcript } from '../core/transcripts/openTranscript';
import type { CliIo } from './io';
import { pathFrom } from './pathFrom';

/** Which sample of a transcript is meant. */
export interface SampleOptions {
  readonly sample?: string;
  readonly epoch?: string;
}

/** Adds the options that say which sample is meant. */
export function withSampleOptions(command: Command): Command {
  return command
    .option('--sample <ID>', 'the sample with this id; the first if absent')
    .option('--epoch <N>', 'its epoch, where a sample was run several times');
}

/** Opens a transcript, does something with it, and closes it whatever happens. */
export async function withTranscript(
  io: CliIo,
  file: string,
  use: (transcript: Transcript) => Promise<void>,
): Promise<void> {
  const workerPath = path.join(io.distDir, 'workers', 'transcripts.js');
  const transcript = await openTranscript(pathFrom(io, file), {
    // Built files have the worker beside them; the sources do not, and then one thread does it all.
    workerPath: existsSync(workerPath) ? workerPath : undefined,
    cacheFolder: userCacheFolder(io.env, process.platform),
    signal: io.signal,
    onProgress: ({ done, total, count }) => {
      const megabytes = (bytes: number) => Math.round(bytes / 1e6);
      io.progress({
        done: megabytes(done),
        total: megabytes(total),
        message: `MB, ${count} events`,
      });
    },
  });
  try {
    await use(transcript);
  } finally {
    io.progress(undefined);
    transcript.dispose();
  }
}

/**
 * The position of the sample that the options mean.
 *
 * @throws UserError if there is none.
 */
export function sampleNumber(
  { opened: { samples } }: Transcript,
  { sample, epoch }: SampleOptions,
): number {
  const number = samples.findIndex(
    ({ id, epoch: itsEpoch }) =>
      (sample === undefined || String(id) === sample) &&
      (epoch === undefined || String(itsEpoch) === epoch),
  );
  if (number < 0) {
    const some = samples.slice(0, 10).map(({ id, epoch: each }) => `${id} (epoch ${each})`);
    throw new UserError(
      samples.length === 0
        ? 'The transcript has no samples.'
        : `The transcript has no sample ${sample ?? ''}${epoch === undefined ? '' : ` of epoch ${epoch}`}.`,
      samples.length === 0 ? {} : { action: `Its samples: ${some.join(', ')}.` },
    );
  }
  return number;
}

/** A whole number that an option or argument gives, at least 0. @throws UserError for anything else. */
export function wholeNumber(text: string, what: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(value)) {
    throw new UserError(`${what} is a whole number from 0, not ${text}.`);
  }
  return value;
}

/** @throws UserError for a kind that does not exist. */
export function readKinds(names: readonly string[] | undefined): readonly EventKind[] | undefined {
  const known: readonly string[] = eventKinds;
  const wrong = names?.find((name) => !known.includes(name));
  if (wrong !== undefined) {
    throw new UserError(`There are no events of kind ${wrong}.`, {
      action: `Kinds are ${eventKinds.join(', ')}.`,
    });
  }
  return names as readonly EventKind[] | undefined;
}

/** Text from a transcript as it may go to a terminal: nothing in it moves the cursor or sets colours. */
export const printable = showControls;

/** `1 event`, `2 events`. */
export function amount(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** Collects an option that may be given several times. */
export function several(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}
