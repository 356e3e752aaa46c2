import { UserError } from '../../../errors';
import { parseCommandLine } from '../../../recording/commandLine';
import type { CommandLine } from '../../../recording/commandLine';
import type { Gold } from '../../case';
import { readContent } from '../../content';
import { encodeOsString } from '../../osString';
import { printed } from './printed';
import { arrange, isHarmless } from './sceneCommands';
import type { SceneVariables } from './sceneCommands';
import type { SceneFiles } from './sceneFiles';
import type { ShellCommand, Sink } from './shellScript';

/** One command of a pipeline. */
export interface Stage {
  readonly command: ShellCommand;
  readonly line: CommandLine;
}

/** Bytes on their way to the next command; undefined where only running could tell them. */
export type Piped = Uint8Array | undefined;

/** What the commands of a suite do to its files and variables, one after the other. */
export class SceneStages {
  /** Exit status of the last command, where it is known. */
  status: number | undefined = 0;

  constructor(
    private readonly files: SceneFiles,
    private readonly variables: SceneVariables,
  ) {}

  /** Takes over what a call did, and sends its streams where the suite wants them. */
  async route({ command }: Stage, answer: Gold): Promise<Piped> {
    const { sinks } = command;
    this.status = answer.returncode;
    this.files.apply(answer.outputs);
    const stdout = await readContent(answer.stdout);
    const stderr = await readContent(answer.stderr);
    const isJoined = JSON.stringify(sinks.stdout) === JSON.stringify(sinks.stderr);
    if (isJoined) {
      // Which came first is lost once both are in one place.
      const isClear = stdout.length === 0 || stderr.length === 0;
      const joined = isClear ? Buffer.concat([stdout, stderr]) : undefined;
      return this.sink(sinks.stdout, joined);
    }
    const onward = [await this.sink(sinks.stdout, stdout), await this.sink(sinks.stderr, stderr)];
    return Buffer.concat(onward.map((bytes) => bytes ?? Buffer.alloc(0)));
  }

  /** @returns what goes on to the next command. */
  private async sink(sink: Sink, bytes: Piped): Promise<Piped> {
    if (typeof sink === 'string') {
      return sink === 'stdout' ? bytes : new Uint8Array(0);
    }
    const file = fileOf(sink);
    if (file !== undefined) {
      await this.files.append(file, bytes);
    }
    return new Uint8Array(0);
  }

  /** A shell makes or empties the files of redirections before it runs a command. */
  async open({ sinks }: ShellCommand): Promise<void> {
    for (const sink of [sinks.stdout, sinks.stderr]) {
      const file = typeof sink === 'string' ? undefined : fileOf(sink);
      if (file !== undefined && typeof sink !== 'string') {
        if (sink.append) {
          await this.files.append(file, new Uint8Array(0));
        } else {
          this.files.write(file, new Uint8Array(0));
        }
      }
    }
  }

  async stdinOf({ heredoc }: ShellCommand, { stdin }: CommandLine): Promise<Piped> {
    if (heredoc !== undefined) {
      return encodeOsString(heredoc);
    }
    switch (stdin.kind) {
      case 'none':
        return undefined;
      case 'text':
        return encodeOsString(stdin.text);
      case 'file':
        return stdin.path === '/dev/null' ? new Uint8Array(0) : this.files.read(stdin.path);
    }
  }

  /** Follows a command that is not the target. @returns what it prints, where that is known. */
  async run(stage: Stage, piped: Piped, isFilter: boolean): Promise<Piped> {
    const { command, line } = stage;
    const arranged = await arrange(line, this.files, this.variables);
    this.status = arranged ?? 0;
    await this.open(command);
    if (arranged !== undefined) {
      return new Uint8Array(0);
    }
    const bytes = await this.produce(stage, piped, isFilter);
    return this.sink(command.sinks.stdout, bytes);
  }

  /** What a command prints that only repeats what the script or a file says. */
  private async produce({ command, line }: Stage, piped: Piped, isFilter: boolean): Promise<Piped> {
    if (line.command === 'cat') {
      const stdin = (await this.stdinOf(command, line)) ?? piped;
      return this.concatenate(line.args, stdin);
    }
    if (line.command === 'tee' && !line.args.some((arg) => arg.startsWith('-'))) {
      line.args.forEach((file) => this.files.write(file, piped));
      return piped;
    }
    const bytes = printed(line.command, line.args);
    if (bytes === undefined && !isHarmless(line, isFilter)) {
      throw new UserError(`it runs "${line.command}", which is not the target`);
    }
    this.status = bytes === undefined ? undefined : 0;
    return bytes;
  }

  private async concatenate(args: readonly string[], stdin: Piped): Promise<Piped> {
    const parts: Uint8Array[] = [];
    for (const file of args.length === 0 ? ['-'] : args) {
      const bytes = file === '-' ? stdin : await this.files.readIfKnown(file);
      if (bytes === undefined) {
        return undefined;
      }
      parts.push(bytes);
    }
    return Buffer.concat(parts);
  }
}

/** The file of a redirection; undefined for what is thrown away. */
function fileOf({ file }: Exclude<Sink, string>): string | undefined {
  const word = parseCommandLine(`x ${file}`)?.args[0] ?? file;
  return word === '/dev/null' ? undefined : word;
}

/** @throws UserError that says what a command can't be. */
export function stageOf(command: ShellCommand, variables: SceneVariables): Stage {
  const text = variables.withAlias(command.text);
  // An assignment alone sets a variable for what follows.
  const alone = /^(?<name>\w+)=(?<value>[^\s'"$\\]*)$/u.exec(text)?.groups;
  if (alone !== undefined) {
    const env = { [alone['name'] ?? '']: alone['value'] ?? '' };
    return { command, line: { command: '', args: [], env, stdin: { kind: 'none' } } };
  }
  const line = parseCommandLine(text);
  if (line === undefined) {
    throw new UserError('it is empty');
  }
  return { command, line };
}
