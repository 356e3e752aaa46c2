import type { CaseInput, Gold } from '../cases/case';
import type { AsyncDisposable } from '../disposable';
import type { Engine } from '../sandbox/sandbox';
import type { Target } from '../targets/target';
import { Recorder } from './recorder';

/**
 * Runs the reference once on inputs of a test suite, to see what each call leaves to those after it.
 * The sandbox is made when the first is asked for: many suites need none.
 */
export class SuiteFollower implements AsyncDisposable {
  private recorder: Promise<Recorder> | undefined;
  private readonly answers = new WeakMap<CaseInput, Promise<Gold>>();

  /** @param engine Asked for once at most; whoever gives it disposes it. */
  constructor(
    private readonly target: Target,
    private readonly engine: () => Promise<Engine>,
    private readonly signal?: AbortSignal,
  ) {}

  /** @throws NoGoldError where the reference gives no answer; InfraError where no engine works. */
  readonly follow = (input: CaseInput): Promise<Gold> => {
    const answer = this.answers.get(input) ?? this.run(input);
    this.answers.set(input, answer);
    return answer;
  };

  async dispose(): Promise<void> {
    await (await this.recorder?.catch(() => undefined))?.dispose();
  }

  private async run(input: CaseInput): Promise<Gold> {
    this.recorder ??= this.open();
    const recorder = await this.recorder;
    const { gold } = (await recorder.record({ name: '', labels: [], duals: [], input })).case;
    if (gold === undefined) {
      throw new Error('A recording has no gold.');
    }
    return gold;
  }

  private async open(): Promise<Recorder> {
    const signal = this.signal === undefined ? {} : { signal: this.signal };
    return Recorder.open(this.target, await this.engine(), {
      runs: 1,
      vary: [],
      lanes: 1,
      ...signal,
    });
  }
}
