import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Command } from 'commander';
import { createTwoFilesPatch } from 'diff';
import { UserError } from '../core/errors';
import type { Transcript } from '../core/transcripts/openTranscript';
import type { FileVersion } from '../core/transcripts/workspace/pastVersions';
import type { CliIo } from './io';
import { pathFrom } from './pathFrom';
import {
  printable,
  sampleNumber,
  wholeNumber,
  withSampleOptions,
  withTranscript,
} from './transcriptFile';
import type { SampleOptions } from './transcriptFile';

interface WorkspaceOptions extends SampleOptions {
  readonly at?: string;
  readonly file?: string;
  readonly since?: string;
  readonly out?: string;
  readonly json?: true;
}

/** `mirrorcode transcript workspace FILE`: the files of a run through time. */
export function registerTranscriptWorkspace(parent: Command, io: CliIo): void {
  withSampleOptions(
    parent
      .command('workspace')
      .description(
        "The files of a run as they stood at an event: as the run's history beside the log has them, else put together from its edits and commands.",
      )
      .argument('FILE', 'a transcript'),
  )
    .option('--at <ORDINAL>', 'as it stood after this event; the last if absent')
    .option('--file <PATH>', 'print one file instead of the list')
    .option('--since <ORDINAL>', 'print what changed since this event, as a unified diff')
    .option('--out <DIR>', 'write the files below a folder')
    .option('--json', 'one JSON document on stdout')
    .action(async (file: string, options: WorkspaceOptions) => {
      await withTranscript(io, file, async (transcript) => {
        const sample = sampleNumber(transcript, options);
        await transcript.load(sample);
        const last = Math.max(0, (await transcript.count(sample)) - 1);
        const at = options.at === undefined ? last : wholeNumber(options.at, '--at');
        await answer(io, transcript, sample, at, options);
      });
    });
}

async function answer(
  io: CliIo,
  transcript: Transcript,
  sample: number,
  at: number,
  options: WorkspaceOptions,
): Promise<void> {
  const files = await transcript.workspace(sample, at);
  const paths = options.file === undefined ? files.map((file) => file.path) : [options.file];
  const versions = async (ordinal: number) => {
    const found = await Promise.all(paths.map((each) => transcript.fileAt(sample, each, ordinal)));
    return new Map(paths.map((each, index) => [each, found[index] ?? null]));
  };
  const problems = await transcript.workspaceProblems(sample);
  io.progress(undefined);
  problems.forEach((problem) => io.note(printable(problem)));
  if (options.since !== undefined) {
    const before = await versions(wholeNumber(options.since, '--since'));
    io.out(diffs(before, await versions(at)));
  } else if (options.out !== undefined) {
    await writeOut(io, pathFrom(io, options.out), await versions(at));
  } else if (options.file !== undefined) {
    printFile(io, options, (await versions(at)).get(options.file) ?? null, at);
  } else if (options.json === true) {
    io.json({ ordinal: at, files });
  } else {
    for (const { path: name, exists, ordinal, changes } of files) {
      io.out(
        printable(`${name}${exists ? '' : ' (removed)'}  ${changes} changes, last at ${ordinal}`) +
          '\n',
      );
    }
  }
}

function printFile(
  io: CliIo,
  { file, json }: WorkspaceOptions,
  version: FileVersion | null,
  at: number,
): void {
  if (version === null) {
    throw new UserError(`Nothing is known of ${file ?? ''} at event ${at}.`);
  }
  if (json === true) {
    const { bytes, ...rest } = version;
    io.json(
      bytes === undefined ? rest : { ...rest, base64: Buffer.from(bytes).toString('base64') },
    );
    return;
  }
  io.out(version.bytes ?? version.text);
  if (version.problem !== undefined) {
    io.note(printable(version.problem));
  }
  io.note(certainty(version));
}

function certainty({ complete, parts }: FileVersion): string {
  const inferred = parts.some((part) => part.certainty === 'inferred');
  if (!complete) {
    return 'Not all of it is in the record.';
  }
  return inferred
    ? 'Some of it may have changed in ways that the record does not show.'
    : 'All of it is in the record.';
}

type Versions = ReadonlyMap<string, FileVersion | null>;

function diffs(before: Versions, after: Versions): string {
  const text = (version: FileVersion | null | undefined) =>
    version?.exists === true ? version.text : '';
  return [...after]
    .filter(([name, version]) => text(before.get(name)) !== text(version))
    .map(([name, version]) => {
      const [old, now] = [before.get(name), version];
      const oldName = old?.exists === true ? `a/${name}` : '/dev/null';
      const newName = now?.exists === true ? `b/${name}` : '/dev/null';
      return createTwoFilesPatch(oldName, newName, text(old), text(now));
    })
    .join('');
}

/** Writes files below a folder; a path from the record never leads out of it. */
async function writeOut(io: CliIo, folder: string, versions: Versions): Promise<void> {
  for (const [name, version] of versions) {
    if (version?.exists !== true) {
      continue;
    }
    const target = path.join(folder, path.normalize(`/${name}`));
    if (!target.startsWith(folder + path.sep)) {
      io.note(`Left out ${printable(name)}: it would lie outside ${folder}.`);
      continue;
    }
    await mkdir(path.dirname(target), { recursive: true });
    await writeFile(target, version.bytes ?? version.text);
    io.out(
      `${printable(path.relative(io.cwd, target))}${version.complete ? '' : ' (not complete)'}\n`,
    );
  }
}
