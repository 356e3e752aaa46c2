import type { Transcript } from '../../../../src/core/transcripts/openTranscript';

/** A time of the day of the tests, so many seconds after ten. */
export const at = (seconds: number): string =>
  new Date(Date.UTC(2026, 4, 1, 10) + seconds * 1000).toISOString();

/** The titles of the first sample's events. */
export async function titles(transcript: Transcript): Promise<string[]> {
  return (await transcript.summaries(0, 0, 1000)).map(({ title }) => title);
}

/** The kinds of the first sample's events. */
export async function kinds(transcript: Transcript): Promise<string[]> {
  return (await transcript.summaries(0, 0, 1000)).map(({ kind }) => kind);
}
