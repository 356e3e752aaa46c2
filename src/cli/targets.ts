import path from 'node:path';
import type { Command } from 'commander';
import { countCases } from '../core/targets/caseCounts';
import { discoverTargets } from '../core/targets/discoverTargets';
import type { CliIo } from './io';
import { pathFrom } from './pathFrom';
import { formatTable } from './table';

/** `mirrorcode targets [DIR]`: every target below a folder, with counts. */
export function registerTargetsCommand(program: Command, io: CliIo): void {
  program
    .command('targets')
    .description('List every target below DIR, with counts of its cases.')
    .argument('[DIR]', 'where to look', '.')
    .option('--json', 'one JSON document on stdout')
    .addHelpText(
      'after',
      '\nExamples:\n  mirrorcode targets samples\n  mirrorcode targets ~/MirrorCode --json\n',
    )
    .action(async (folder: string, options: { json?: true }) => {
      const root = pathFrom(io, folder);
      const { targets, problems } = await discoverTargets(root);
      const listed = await Promise.all(
        targets.map(async (target) => {
          const { cases, unreadable } = await target.store.list();
          return { target, counts: countCases(cases), unreadable };
        }),
      );
      for (const { problem } of [...problems, ...listed.flatMap((each) => each.unreadable)]) {
        io.note(`warning: ${problem}`);
      }
      if (options.json === true) {
        io.json({
          targets: listed.map(({ target, counts }) => ({
            name: target.name,
            path: target.path,
            store: target.store.kind,
            tier: target.tier ?? null,
            domain: target.domain ?? null,
            languages: Object.keys(target.languages),
            cases: counts,
          })),
        });
        return;
      }
      if (listed.length === 0) {
        io.note(`No targets below ${root}. Make one with: mirrorcode init DIR --reference PATH`);
        return;
      }
      io.out(
        formatTable(
          ['target', 'tier', 'domain', 'visible', 'hidden', 'ablated', 'cases', 'path'],
          listed.map(({ target, counts }) => [
            target.name,
            target.tier ?? '',
            target.domain ?? '',
            counts.visible,
            counts.hidden,
            counts.ablated,
            counts.total,
            path.relative(io.cwd, target.path) || '.',
          ]),
        ),
      );
    });
}
