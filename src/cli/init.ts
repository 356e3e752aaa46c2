import type { Command } from 'commander';
import { initTarget } from '../core/targets/initTarget';
import type { CliIo } from './io';
import { pathFrom } from './pathFrom';

/** `mirrorcode init DIR --reference PATH`: a new target folder. */
export function registerInitCommand(program: Command, io: CliIo): void {
  program
    .command('init')
    .description('Make a new target folder around a reference program.')
    .argument('DIR', 'folder to make')
    .requiredOption('--reference <PATH>', 'the executable whose behaviour is the truth')
    .option('--name <NAME>', 'name of the target; the executable’s when left out')
    .option('--json', 'one JSON document on stdout')
    .addHelpText(
      'after',
      '\nExample:\n  mirrorcode init targets/numfmt --reference /usr/bin/numfmt\n',
    )
    .action(async (folder: string, options: { reference: string; name?: string; json?: true }) => {
      const target = await initTarget(pathFrom(io, folder), {
        reference: options.reference,
        from: io.cwd,
        ...(options.name === undefined ? {} : { name: options.name }),
      });
      if (options.json === true) {
        io.json({ name: target.name, path: target.path, manifest: target.manifestPath });
      } else {
        io.out(`Made the target ${target.name} in ${target.path}.\n`);
        io.note(`Record its first case with: mirrorcode record ${folder} -- --help`);
      }
    });
}
