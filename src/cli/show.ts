import type { Command } from 'commander';
import { formatCase } from '../core/cases/caseLayout';
import { contentHash, contentSize } from '../core/cases/content';
import type { Content } from '../core/cases/case';
import { readContent } from '../core/cases/content';
import { encodeStream } from '../core/cases/streamText';
import { UserError } from '../core/errors';
import type { CliIo } from './io';
import { resolveTarget, targetHelp } from './targetArgument';

/** `mirrorcode show TARGET CASE`: one case as its canonical text. */
export function registerShowCommand(program: Command, io: CliIo): void {
  program
    .command('show')
    .description('Print one case as its canonical text, or the raw bytes of one of its parts.')
    .argument('TARGET', targetHelp)
    .argument('CASE', 'name of the case')
    .option(
      '--part <PART>',
      'only the raw bytes of stdin, stdout, stderr, or of file:PATH, out:PATH',
    )
    .option('--json', 'one JSON document on stdout')
    .addHelpText(
      'after',
      '\nExamples:\n  mirrorcode show samples/numfmt from/iec\n  mirrorcode show samples/numfmt from/iec --part stdout | xxd\n',
    )
    .action(async (text: string, name: string, options: { json?: true; part?: string }) => {
      const target = await resolveTarget(io, text);
      const shown = await target.store.read(name);
      if (options.part !== undefined) {
        io.out(await readContent(partOf(shown, options.part)));
      } else if (options.json === true) {
        const describe = async (content: Content | undefined) =>
          content === undefined
            ? null
            : {
                size: contentSize(content),
                sha256: contentHash(content),
                text: content.kind === 'bytes' ? encodeStream(await readContent(content)) : null,
              };
        io.json({
          name: shown.name,
          labels: shown.labels,
          duals: shown.duals,
          args: shown.input.args,
          env: shown.input.env,
          stdin: await describe(shown.input.stdin),
          files: shown.input.files.map(({ kind, path }) => ({ kind, path })),
          returncode: shown.gold?.returncode ?? null,
          stdout: await describe(shown.gold?.stdout),
          stderr: await describe(shown.gold?.stderr),
          outputs: shown.gold?.outputs.map(({ kind, path }) => ({ kind, path })) ?? null,
          provenance: shown.provenance ?? null,
        });
      } else {
        io.out(formatCase(shown));
      }
    });
}

type Shown = Parameters<typeof formatCase>[0];

function partOf({ name, input, gold }: Shown, part: string): Content {
  const [, kind, path] = /^(file|out):(.+)$/u.exec(part) ?? [];
  const entries = kind === 'file' ? input.files : (gold?.outputs ?? []);
  const entry = entries.find((each) => each.path === path);
  const streams: Record<string, Content | undefined> = {
    stdin: input.stdin,
    stdout: gold?.stdout,
    stderr: gold?.stderr,
  };
  const content = entry?.kind === 'file' ? entry.content : streams[part];
  if (content === undefined) {
    throw new UserError(`The case ${name} has no part ${part}.`, {
      action: 'Parts are stdin, stdout, stderr, file:PATH and out:PATH.',
    });
  }
  return content;
}
