import type { TranscriptService } from '../engine/transcriptService';
import type { TranscriptEvent } from '../normalForm';
import { htmlExport } from './html';
import { markdownExport } from './markdown';

export const exportFormats = ['markdown', 'jsonl', 'html'] as const;
export type ExportFormat = (typeof exportFormats)[number];

export interface ExportOptions {
  readonly format: ExportFormat;
  readonly title: string;
  /** Told how many events are written. */
  readonly onProgress?: (done: number) => void;
}

/** Events asked for at once. */
const batch = 50;

/** Writes a selection of events, piece by piece, however many they are. */
export async function* exportEvents(
  transcript: TranscriptService,
  sample: number,
  ordinals: Uint32Array,
  { format, title, onProgress }: ExportOptions,
): AsyncGenerator<string> {
  // The writers open with a head and close with a foot; each batch goes between the two.
  const write = format === 'html' ? htmlExport : markdownExport;
  const [head = '', ...foot] = format === 'jsonl' ? [] : write(title, []);
  yield head;
  for (let at = 0; at < ordinals.length; at += batch) {
    const wanted = [...ordinals.subarray(at, at + batch)];
    const events = await Promise.all(wanted.map((ordinal) => transcript.event(sample, ordinal)));
    yield body(events, format, title);
    onProgress?.(at + wanted.length);
  }
  yield foot.join('');
}

function body(events: readonly TranscriptEvent[], format: ExportFormat, title: string): string {
  if (format === 'jsonl') {
    return events.map((event) => `${JSON.stringify(event)}\n`).join('');
  }
  const pieces = [...(format === 'html' ? htmlExport : markdownExport)(title, events)];
  return pieces.slice(1, format === 'html' ? -1 : undefined).join('');
}
