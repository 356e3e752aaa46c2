import path from 'node:path';
import { UserError } from '../../../errors';
import type { CommandLine } from '../../../recording/commandLine';
import type { SceneFiles } from './sceneFiles';

/** Commands that change no file, whatever they print. */
const onlyPrint: ReadonlySet<string> = new Set(
  'basename cmp cut date df diff dirname du egrep expr fgrep file grep head hostname id ls md5sum nl od paste pwd rev seq sha1sum sha256sum sha512sum sleep stat tac tail test [ [[ tr type uname wc which whoami'.split(
    ' ',
  ),
);
/** Commands that change none where they read a pipe and have no file of their own to write. */
const filters: ReadonlySet<string> = new Set(['awk', 'column', 'fold', 'sed', 'sort', 'uniq']);

/** Whether a command leaves all files and variables as they are. */
export function isHarmless({ command, args }: CommandLine, isFilter: boolean): boolean {
  const writes = args.some((arg) => /^(?:-o|--output|-i|--in-place)/u.test(arg));
  return onlyPrint.has(command) || (isFilter && filters.has(command) && !writes);
}

/** The variables of a suite's shell: those that programs get, and those that they don't. */
export class SceneVariables {
  readonly exported: Record<string, string> = {};
  private readonly own = new Map<string, string>();
  private readonly aliases = new Map<string, string>();

  /** @param words `NAME=TEXT`. */
  alias(words: readonly string[]): void {
    for (const word of words) {
      const [, name, text] = /^([^=]+)=(.*)$/su.exec(word) ?? [];
      if (name !== undefined && text !== undefined) {
        this.aliases.set(name, text);
      }
    }
  }

  unalias(names: readonly string[]): void {
    names.forEach((name) => this.aliases.delete(name));
  }

  /** A command as typed, with an alias in its place. */
  withAlias(text: string): string {
    const [, before = '', name = ''] = /^((?:\w+=\S*\s+)*)([^\s'"]+)/su.exec(text) ?? [];
    const alias = this.aliases.get(name);
    return alias === undefined ? text : before + alias + text.slice(before.length + name.length);
  }

  /** `NAME=VALUE` alone: programs get it only if the name is exported. */
  assign(name: string, value: string): void {
    this.own.set(name, value);
    if (name in this.exported) {
      this.exported[name] = value;
    }
  }

  /** @param words `NAME=VALUE`, or `NAME` of a variable that was assigned before. */
  export(words: readonly string[]): void {
    for (const word of words) {
      const [, name = '', value] = /^(\w+)(?:=(.*))?$/su.exec(word) ?? [];
      const exported = value ?? this.own.get(name);
      if (exported === undefined) {
        throw new UserError(`it exports ${word}, whose value is not known`);
      }
      this.exported[name] = exported;
    }
  }

  unset(names: readonly string[]): void {
    for (const name of names) {
      this.own.delete(name);
      Reflect.deleteProperty(this.exported, name);
    }
  }
}

/**
 * Follows a command that arranges files or variables rather than printing.
 * @returns its exit status; undefined for another command.
 * @throws UserError for what it would do that can't be followed.
 */
export async function arrange(
  { command, args, env }: CommandLine,
  files: SceneFiles,
  variables: SceneVariables,
): Promise<number | undefined> {
  const names = args.filter((arg) => !arg.startsWith('-'));
  switch (command) {
    case '':
      Object.entries(env).forEach(([name, value]) => variables.assign(name, value));
      return 0;
    case 'true':
    case ':':
    case 'set':
    case 'shopt':
      return 0;
    case 'false':
      return 1;
    case 'export':
      variables.export(names);
      return 0;
    case 'alias':
      variables.alias(names);
      return 0;
    case 'unalias':
      variables.unalias(names);
      return 0;
    case 'unset':
      variables.unset(names);
      return 0;
    default:
      return arrangeFiles(
        command,
        { options: args.filter((arg) => arg.startsWith('-')), names },
        files,
      );
  }
}

interface FileArguments {
  readonly options: readonly string[];
  readonly names: readonly string[];
}

async function arrangeFiles(
  command: string,
  { options, names }: FileArguments,
  files: SceneFiles,
): Promise<number | undefined> {
  switch (command) {
    case 'mkdir':
      names.forEach((name) => files.makeFolder(name));
      return 0;
    case 'touch':
      names
        .filter((name) => !files.has(name))
        .forEach((name) => files.write(name, Buffer.alloc(0)));
      return 0;
    case 'rm':
    case 'rmdir':
      names.forEach((name) => files.removeAll(name));
      return 0;
    case 'cd':
      files.enter(names[0] ?? '.');
      return 0;
    case 'cp':
    case 'mv':
      if (names.length !== 2 || options.some((option) => option !== '-f')) {
        throw new UserError(`its "${command}" is more than one file to another name`);
      }
      await copy(files, names[0] ?? '', names[1] ?? '');
      if (command === 'mv') {
        files.removeAll(names[0] ?? '');
      }
      return 0;
    default:
      return undefined;
  }
}

async function copy(files: SceneFiles, from: string, to: string): Promise<void> {
  const isFolder = to === '.' || files.isFolder(to);
  files.write(
    isFolder ? path.posix.join(to, path.posix.basename(from)) : to,
    await files.read(from),
  );
}
