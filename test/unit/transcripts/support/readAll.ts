import { UserError } from '../../../../src/core/errors';
import type { Transcript } from '../../../../src/core/transcripts/openTranscript';

/** Events of a sample that are read whole; a flipped bit needs no more to be met. */
const mostEvents = 300;

/**
 * Opens a transcript, asks everything that can be asked of it, and closes it. Returns what is said of
 * it; damage may only be a sentence.
 */
export async function readAll(open: () => Promise<Transcript>): Promise<string> {
  try {
    const transcript = await open();
    try {
      const info = await transcript.info();
      for (let sample = 0; sample < transcript.opened.samples.length; sample++) {
        await readSample(transcript, sample);
      }
      return `${info.events} events; ${info.unread.join(' ')}`;
    } finally {
      transcript.dispose();
    }
  } catch (error) {
    if (error instanceof UserError) {
      return error.message;
    }
    throw error;
  }
}

async function readSample(transcript: Transcript, sample: number): Promise<void> {
  const count = await transcript.count(sample);
  const summaries = await transcript.summaries(sample, 0, count);
  for (const { ordinal } of summaries.slice(0, mostEvents)) {
    await transcript.event(sample, ordinal);
    await transcript.raw(sample, ordinal);
    await said(transcript.resolved(sample, ordinal));
  }
  const { messages } = await transcript.load(sample);
  for (let number = 0; number < Math.min(messages, mostEvents); number++) {
    await said(transcript.message(sample, number));
  }
  await transcript.search(sample, { text: 'needle' }, () => undefined);
  await transcript.search(sample, { text: 'e', exactly: 1 }, () => undefined);
  await transcript.filter(sample, { span: 0, failed: true });
  await transcript.overview(sample);
  await transcript.cases(sample);
  for (const { path } of (await transcript.workspace(sample, count)).slice(0, 20)) {
    await transcript.fileAt(sample, path, count);
    await transcript.fileHistory(sample, path);
  }
}

/** What cannot be read of a record is told, not thrown as a bug. */
async function said(asked: Promise<unknown>): Promise<void> {
  try {
    await asked;
  } catch (error) {
    if (!(error instanceof UserError || error instanceof RangeError)) {
      throw error;
    }
  }
}
