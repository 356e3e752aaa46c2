import path from 'node:path';
import type { Command } from 'commander';
import { UserError } from '../core/errors';
import { exportEvents, exportFormats } from '../core/transcripts/export/exportEvents';
import type { ExportFormat } from '../core/transcripts/export/exportEvents';
import { writeExport } from '../core/transcripts/export/writeExport';
import type { CliIo } from './io';
import { pathFrom } from './pathFrom';
import {
  readKinds,
  sampleNumber,
  several,
  wholeNumber,
  withSampleOptions,
  withTranscript,
} from './transcriptFile';
import type { SampleOptions } from './transcriptFile';

interface ExportOptions extends SampleOptions {
  readonly format: string;
  readonly from: string;
  readonly to?: string;
  readonly kind?: readonly string[];
  readonly out?: string;
}

/** `mirrorcode transcript export FILE`: a selection of events as Markdown, JSON lines or HTML. */
export function registerTranscriptExport(parent: Command, io: CliIo): void {
  withSampleOptions(
    parent
      .command('export')
      .description(
        'Write events as Markdown, as JSON lines, or as an HTML page that needs no other file.',
      )
      .argument('FILE', 'a transcript'),
  )
    .option('--format <FORMAT>', 'markdown, jsonl or html', 'markdown')
    .option('--from <N>', 'first event', '0')
    .option('--to <N>', 'last event')
    .option('--kind <KIND>', 'only events of this kind; may be given several times', several)
    .option('--out <FILE>', 'where to write; stdout if absent')
    .action(async (file: string, options: ExportOptions) => {
      const format = readFormat(options.format);
      await withTranscript(io, file, async (transcript) => {
        const sample = sampleNumber(transcript, options);
        await transcript.load(sample);
        const kinds = readKinds(options.kind);
        const from = wholeNumber(options.from, '--from');
        const to = options.to === undefined ? Infinity : wholeNumber(options.to, '--to');
        const all = await transcript.filter(sample, kinds === undefined ? {} : { kinds });
        const ordinals = all.filter((ordinal) => ordinal >= from && ordinal <= to);
        io.progress(undefined);
        const pieces = exportEvents(transcript, sample, ordinals, {
          format,
          title: path.basename(file),
        });
        await write(io, pieces, options.out);
      });
    });
}

function readFormat(text: string): ExportFormat {
  const format = exportFormats.find((each) => each === text);
  if (format === undefined) {
    throw new UserError(`There is no export as ${text}.`, {
      action: `Formats are ${exportFormats.join(', ')}.`,
    });
  }
  return format;
}

async function write(
  io: CliIo,
  pieces: AsyncIterable<string>,
  out: string | undefined,
): Promise<void> {
  if (out === undefined) {
    for await (const piece of pieces) {
      io.out(piece);
    }
    return;
  }
  await writeExport(pieces, pathFrom(io, out), io.signal);
}
