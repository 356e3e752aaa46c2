import { access, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { UserError } from '../../errors';
import { environmentFile } from './recordingTerminal';
import { shimFolder } from './shimProtocol';

/** How the shell of a recording terminal is started. */
export interface ShellLaunch {
  readonly file: string;
  readonly args: readonly string[];
  /** Added to the environment. */
  readonly env: Readonly<Record<string, string>>;
}

const shells = ['/bin/bash', '/usr/bin/bash', '/usr/local/bin/bash', '/bin/sh'];

/**
 * A shell that reads what the author's own startup file says and then puts the shims first on
 * `PATH`: bash where there is one, otherwise `sh`.
 * @param folder The terminal's own folder.
 * @param target Its name, for the prompt.
 * @throws UserError when there is neither.
 */
export async function shellLaunch(folder: string, target: string): Promise<ShellLaunch> {
  const startup = path.join(folder, 'startup');
  await writeFile(startup, startupText(folder, target));
  for (const shell of shells) {
    const isThere = await access(shell).then(
      () => true,
      () => false,
    );
    if (isThere) {
      return path.basename(shell) === 'bash'
        ? { file: shell, args: ['--rcfile', startup, '-i'], env: {} }
        : { file: shell, args: ['-i'], env: { ENV: startup } };
    }
  }
  throw new UserError('Opening a recording terminal failed: there is no shell.', {
    action: `Install bash; looked for ${shells.join(', ')}.`,
  });
}

/** What a person reads before the first prompt. */
export function terminalBanner(target: string, folder: string): string[] {
  return [
    `Every call of ${target} here is captured, in pipelines, loops and scripts too.`,
    `The reference runs in a sandbox: it sees the files of this folder, and pipes instead of a terminal.`,
    `Captures wait in the Capture tree until you accept them. This folder: ${folder}`,
  ];
}

/** The first environment is written last, so that what the startup file exports is no change. */
function startupText(folder: string, target: string): string {
  const quoted = (text: string) => `'${text.replaceAll("'", String.raw`'\''`)}'`;
  return [
    'if [ -n "$BASH_VERSION" ] && [ -f ~/.bashrc ]; then . ~/.bashrc; fi',
    `PATH=${quoted(path.join(folder, shimFolder))}:$PATH`,
    'export PATH',
    `PS1=${quoted(`(recording ${target}) `)}"$PS1"`,
    // A folder's whole path would leave no room for what is typed.
    'PROMPT_DIRTRIM=2',
    'unset ENV',
    `/usr/bin/env -0 > ${quoted(path.join(folder, environmentFile))}`,
    '',
  ].join('\n');
}
