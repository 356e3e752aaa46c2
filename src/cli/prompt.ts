import type { Command } from 'commander';
import { previewText, promptPreview } from '../core/agents/promptPreview';
import { UserError } from '../core/errors';
import { languages } from '../core/targets/target';
import { exitCodes } from './io';
import type { CliIo } from './io';
import { resolveTarget, targetHelp } from './targetArgument';

/** `mirrorcode prompt TARGET`: what an agent would be given. */
export function registerPromptCommand(program: Command, io: CliIo): void {
  program
    .command('prompt')
    .description('Print what an agent is given for a task: prompt, docs, visible cases; and leaks.')
    .argument('TARGET', targetHelp)
    .requiredOption('--language <LANGUAGE>', languages.join(', '))
    .option('--json', 'one JSON document on stdout')
    .addHelpText(
      'after',
      '\nExits with 1 when text of a hidden case stands in what the agent sees.\n\nExample:\n  mirrorcode prompt samples/numfmt --language rust\n',
    )
    .action(async (text: string, options: { language: string; json?: true }) => {
      const target = await resolveTarget(io, text);
      const language = languages.find((each) => each === options.language);
      if (language === undefined || target.languages[language] === undefined) {
        throw new UserError(`${target.name} is not asked for in ${options.language}.`, {
          action: `Choose among ${Object.keys(target.languages).join(', ')}.`,
        });
      }
      const preview = await promptPreview(target, language, { signal: io.signal });
      if (options.json === true) {
        io.json(preview);
      } else {
        io.out(previewText(target, preview));
      }
      const leaks = preview.leaks.filter(({ severity }) => severity !== 'info');
      io.setExitCode(leaks.length === 0 ? exitCodes.good : exitCodes.failed);
    });
}
