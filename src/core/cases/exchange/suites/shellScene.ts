import { errorText, UserError } from '../../../errors';
import type { CommandLine } from '../../../recording/commandLine';
import { argsAfterCommand, isCallOf } from '../../../recording/drafts';
import type { Target } from '../../../targets/target';
import type { CaseInput, FileEntry, Gold } from '../../case';
import { bytesContent } from '../../content';
import { decodeOsString } from '../../osString';
import { SceneVariables } from './sceneCommands';
import { SceneFiles } from './sceneFiles';
import type { BesideOptions } from './sceneFiles';
import { SceneStages, stageOf } from './sceneStages';
import type { Piped, Stage } from './sceneStages';
import type { Pipeline } from './shellScript';
import { parseShellScript } from './shellScript';
import { confirms } from './suiteAnswer';
import type { Follow, SuiteAnswer } from './suiteAnswer';

/** How suites name the folder that they lie in, and what of it they want. */
const suiteFolder = /(?:\$TESTDIR|\$\{TESTDIR\}|\x22\$TESTDIR\x22|\x22\$\{TESTDIR\}\x22)\//gu;
const besideSuite = new RegExp(`${suiteFolder.source}(?<name>[^\\s'"|;&<>]+)`, 'gu');

export interface SceneOptions extends BesideOptions {
  readonly target: Target;
  /** Runs the reference once, to see what a call leaves to those after it. */
  readonly follow: Follow;
  readonly files?: readonly FileEntry[];
}

export interface Step {
  /** What the suite gives to the command beside what the command itself says. */
  readonly stdin?: Uint8Array;
  /** How a refusal names it: `line 12`. */
  readonly place: string;
  readonly expected?: SuiteAnswer | undefined;
}

/**
 * What a suite's shell commands have made so far: files, variables. Each call of the target becomes
 * the input of a case, with the files as they are then. Only the reference is ever run, and only
 * where what it leaves matters to a later command.
 */
export class ShellScene {
  private readonly variables = new SceneVariables();
  private readonly files: SceneFiles;
  private readonly stages: SceneStages;
  /** What the last call leaves, not looked at yet. */
  private pending: (() => Promise<void>) | undefined;
  /** Why it is no longer known what the files and variables are. */
  private lost: string | undefined;

  constructor(private readonly options: SceneOptions) {
    this.files = new SceneFiles(options, options.files ?? []);
    this.stages = new SceneStages(this.files, this.variables);
  }

  /**
   * Follows a command of the suite.
   * @returns the inputs of the cases in it; none for one that only prepares.
   * @throws UserError that says what can't be followed, as the rest of a sentence. What comes after
   * it is refused too, unless the reference answers there as the suite says.
   */
  async follow(script: string, step: Step): Promise<CaseInput[]> {
    const inputs: CaseInput[] = [];
    const lostBefore = this.lost;
    try {
      await this.followScript(script, step, inputs);
    } catch (error) {
      this.lose(`it comes after ${step.place}, where ${errorText(error)}`);
      throw error;
    }
    const doubt = lostBefore ?? this.doubt();
    if (inputs.length > 0 && doubt !== undefined) {
      await this.requireAnswer(inputs, step, doubt);
    }
    return inputs;
  }

  private async followScript(script: string, step: Step, inputs: CaseInput[]): Promise<void> {
    for (const { groups } of script.matchAll(besideSuite)) {
      this.files.ask(groups?.['name'] ?? '');
    }
    for (const pipeline of parseShellScript(script.replaceAll(suiteFolder, ''))) {
      await this.settle();
      if (this.isReached(pipeline)) {
        await this.followPipeline(pipeline, step, inputs);
      }
    }
  }

  private lose(reason: string): void {
    this.lost ??= reason;
  }

  private doubt(): string | undefined {
    const unknown = this.files.anyUnknown;
    return unknown === undefined ? this.lost : `what ${unknown} holds is not known`;
  }

  private async requireAnswer(
    inputs: readonly CaseInput[],
    { expected }: Step,
    doubt: string,
  ): Promise<void> {
    const answers: Gold[] = [];
    for (const input of expected === undefined ? [] : inputs) {
      answers.push(await this.options.follow(input));
    }
    const isSure = expected !== undefined && (await confirms(answers, expected));
    if (!isSure) {
      throw new UserError(doubt);
    }
  }

  /** Looks at what the last call left. */
  private async settle(): Promise<void> {
    const { pending } = this;
    this.pending = undefined;
    await pending?.();
  }

  /** Whether a shell would come to a pipeline, as the one before it ended. */
  private isReached({ after, commands }: Pipeline): boolean {
    if (after === ';') {
      return true;
    }
    if (this.stages.status === undefined) {
      throw new UserError(
        `only running could tell whether it comes to "${commands[0]?.text ?? ''}"`,
      );
    }
    return (this.stages.status === 0) === (after === '&&');
  }

  private async followPipeline(
    { commands }: Pipeline,
    step: Step,
    inputs: CaseInput[],
  ): Promise<void> {
    const stages = commands.map((command) => stageOf(command, this.variables));
    const [first] = stages;
    if (stages.length === 1 && (first?.line.command === '.' || first?.line.command === 'source')) {
      const script = await this.files.read(first.line.args[0] ?? '');
      await this.followScript(decodeOsString(script), step, inputs);
      return;
    }
    const lastCall = stages.findLastIndex(({ line }) => this.isTarget(line));
    let piped: Piped = step.stdin;
    for (const [i, stage] of stages.entries()) {
      if (!this.isTarget(stage.line)) {
        piped = await this.stages.run(stage, piped, i > 0);
        continue;
      }
      const input = await this.toInput(stage, piped, i > 0);
      inputs.push(input);
      if (i === lastCall) {
        this.pending = () => this.finish(stage, input, stages.slice(i + 1));
        return;
      }
      piped = await this.stages.route(stage, await this.options.follow(input));
    }
  }

  private async finish(stage: Stage, input: CaseInput, rest: readonly Stage[]): Promise<void> {
    try {
      let piped = await this.stages.route(stage, await this.options.follow(input));
      for (const next of rest) {
        piped = await this.stages.run(next, piped, true);
      }
    } catch (error) {
      if (!(error instanceof UserError)) {
        throw error;
      }
      this.stages.status = undefined;
      this.lose(`what "${stage.command.text}" leaves can't be followed: ${errorText(error)}`);
    }
  }

  private isTarget({ command }: CommandLine): boolean {
    return isCallOf(command, this.options.target);
  }

  private async toInput(stage: Stage, piped: Piped, isFilter: boolean): Promise<CaseInput> {
    const { command, line } = stage;
    const args = argsAfterCommand([line.command, ...line.args], this.options.target);
    const own = await this.stages.stdinOf(command, line);
    if (own === undefined && piped === undefined && isFilter) {
      throw new UserError('only running could tell what it is piped');
    }
    for (const arg of args) {
      await this.files.stage(arg);
    }
    await this.stages.open(command);
    return {
      args,
      env: { ...this.variables.exported, ...line.env },
      stdin: bytesContent(own ?? piped ?? new Uint8Array(0)),
      files: this.files.found(),
    };
  }
}
