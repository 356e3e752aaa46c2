import { Option } from 'commander';
import type { Command } from 'commander';
import type { Exchanged } from '../core/cases/exchange/exchange';
import { exportDirs } from '../core/cases/exchange/exportDirs';
import { exportGold } from '../core/cases/exchange/exportGold';
import { exportHarbor } from '../core/cases/exchange/harbor/exportHarbor';
import type { HarborOptions } from '../core/cases/exchange/harbor/exportHarbor';
import { languages } from '../core/targets/target';
import type { Language, Target } from '../core/targets/target';
import { exitCodes } from './io';
import type { CliIo } from './io';
import { pathFrom } from './pathFrom';
import { resolveTarget, targetHelp } from './targetArgument';

type FormatOptions = Pick<HarborOptions, 'replace' | 'language' | 'candidate'>;

interface Options {
  readonly to: string;
  readonly format: string;
  readonly replace?: true;
  readonly language?: Language;
  readonly candidate?: string;
  readonly json?: true;
}

/** What each format is written by; `to` is absolute. */
const formats: Readonly<
  Record<string, (target: Target, to: string, options: FormatOptions) => Promise<Exchanged>>
> = {
  gold: (target, to) => exportGold(target.store, to),
  dirs: exportDirs,
  harbor: exportHarbor,
};

/** `mirrorcode export TARGET --to FILE|DIR --format …`. */
export function registerExportCommand(program: Command, io: CliIo): void {
  program
    .command('export')
    .description('Write the cases of a target in another format.')
    .argument('TARGET', targetHelp)
    .requiredOption('--to <FILE|DIR>', 'where to write')
    .addOption(
      new Option(
        '--format <FORMAT>',
        'gold: MirrorCode’s rows; dirs: a folder of raw bytes a case; harbor: a task folder',
      )
        .choices(Object.keys(formats))
        .makeOptionMandatory(),
    )
    .addOption(
      new Option('--language <L>', 'harbor: the language of the task').choices([...languages]),
    )
    .option('--candidate <DIR>', 'harbor: a candidate that passes every case, for the oracle')
    .option('--replace', 'write over an earlier export')
    .option('--json', 'one JSON document on stdout')
    .addHelpText(
      'after',
      '\nExamples:\n  mirrorcode export samples/sed --to /tmp/sed --format dirs\n  mirrorcode export samples/sed --to sed.jsonl --format gold\n  mirrorcode export samples/sed --to tasks/sed-python --format harbor --language python\n',
    )
    .action(async (text: string, options: Options) => {
      const target = await resolveTarget(io, text);
      const to = pathFrom(io, options.to);
      const { done, refused } = (await formats[options.format]?.(target, to, {
        replace: options.replace === true,
        ...(options.language === undefined ? {} : { language: options.language }),
        ...(options.candidate === undefined ? {} : { candidate: pathFrom(io, options.candidate) }),
      })) ?? {
        done: [],
        refused: [],
      };
      reportExchange(io, { done, refused }, `to ${to}`, options.json === true);
    });
}

/** Says what went over and what was refused, and why; a refusal is exit code 1. */
export function reportExchange(
  io: CliIo,
  { done, refused }: Exchanged,
  where: string,
  asJson: boolean,
): void {
  for (const { name, reason } of refused) {
    const sentence = reason.replace(/\.$/u, '');
    io.note(`refused: ${sentence.includes(name) ? '' : `${name}: `}${sentence}.`);
  }
  if (asJson) {
    io.json({ cases: done, refused });
  } else {
    io.out(
      `${done.length} ${done.length === 1 ? 'case' : 'cases'} ${where}${refused.length > 0 ? `, ${refused.length} refused` : ''}.\n`,
    );
  }
  io.setExitCode(refused.length > 0 ? exitCodes.failed : exitCodes.good);
}
