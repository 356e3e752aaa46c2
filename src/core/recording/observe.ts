import type { Gold } from '../cases/case';
import { answerOf, compareAnswers } from '../scoring/comparison';
import type { Difference } from '../scoring/score';
import type { ExecRequest, ExecResult, Sandbox } from '../sandbox/sandbox';
import { NoGoldError } from './capture';
import type { Flake, Observation } from './capture';
import { findCulprits } from './culprits';
import { applyAll, freeVariations, umaskBits } from './variations';
import type { Variation } from './variations';

export type InTurn = (run: () => Promise<FirstRun>) => Promise<FirstRun>;

export interface FirstRun {
  readonly gold: Gold;
  readonly durationMs: number;
}

export interface ObserveOptions {
  /** Runs in all, at least 1: the first two with nothing varied, every further one with everything. */
  readonly runs: number;
  readonly variations: readonly Variation[];
  readonly signal?: AbortSignal;
  /** Runs the first run, when its turn has come: the gold is held in memory from then on. */
  readonly inTurn?: InTurn;
  /** Milliseconds since the epoch; the machine's clock when absent. */
  readonly now?: () => number;
}

/** Runs with nothing varied, so that plain flakiness is told from the effect of a variation. */
const plainRuns = 2;
/**
 * Further runs may take longer: they ask what the program answers, not how fast, and some of them
 * put load on the machine.
 */
const patience = 5;
/** How often a suspected variation is tried again before it is blamed. */
const confirmations = 2;

/**
 * Runs the reference several times on one input and says what did not stay the same, and why.
 * @param request The run with nothing varied; what `caseEnv` sets is never varied.
 * @throws NoGoldError when the first run gives no gold; InfraError when the sandbox fails.
 */
export async function observe(
  sandbox: Sandbox,
  request: ExecRequest,
  caseEnv: Readonly<Record<string, string>>,
  options: ObserveOptions,
): Promise<Observation> {
  const observer = new Observer(sandbox, request, options);
  const inTurn: InTurn = options.inTurn ?? ((run) => run());
  const { gold, durationMs } = await inTurn(() => observer.first());
  const flakes: Flake[] = [];
  for (let run = 1; run < Math.min(plainRuns, options.runs); run++) {
    flakes.push(...(await observer.plainFlakes(gold)));
  }
  const variations = freeVariations(options.variations, caseEnv);
  const varied = options.runs > plainRuns ? variations.map(({ name }) => name) : [];
  for (let strength = 0; strength < options.runs - plainRuns; strength++) {
    flakes.push(...(await observer.variedFlakes(gold, variations, strength, flakes)));
  }
  return { gold, runs: options.runs, varied, flakes: firstOfEach(flakes), durationMs };
}

class Observer {
  /** The second in which the first run began, and the one in which it had ended. */
  private firstSecond = 0;
  private lastSecond = 0;
  /** What every further run begins with. */
  private readonly request: ExecRequest;

  constructor(
    private readonly sandbox: Sandbox,
    private readonly firstRequest: ExecRequest,
    private readonly options: ObserveOptions,
  ) {
    const { limits } = firstRequest;
    this.request = { ...firstRequest, limits: { ...limits, timeout: limits.timeout * patience } };
  }

  async first(): Promise<FirstRun> {
    this.firstSecond = this.second();
    const result = await this.exec(this.firstRequest);
    this.lastSecond = this.second();
    const gold = answerOf(result);
    if (gold === undefined) {
      throw noGold(result, this.firstRequest);
    }
    return { gold, durationMs: result.durationMs };
  }

  /** What differs now with nothing varied: by the clock, by where its memory lies, or by chance. */
  async plainFlakes(gold: Gold): Promise<Flake[]> {
    const differences = await this.differences(gold, [await this.exec(this.request)]);
    const cause = differences.length > 0 ? await this.plainCause(differences) : [];
    return differences.map((difference) => ({ ...difference, variations: cause, pinnedBy: [] }));
  }

  async variedFlakes(
    gold: Gold,
    variations: readonly Variation[],
    strength: number,
    known: readonly Flake[],
  ): Promise<Flake[]> {
    const knownStreams = new Set(known.map(({ stream }) => stream));
    const tried = new Map<string, readonly Difference[]>();
    const attempt = async (members: readonly Variation[]): Promise<readonly Difference[]> => {
      const found =
        tried.get(keyOf(members)) ?? (await this.variedDifferences(gold, members, strength));
      tried.set(keyOf(members), found);
      return found.filter(({ stream }) => !knownStreams.has(stream));
    };
    if ((await attempt(variations)).length === 0) {
      return [];
    }
    // Time has passed since the first run: what differs by now anyhow is no variation's fault.
    const plain = (await this.plainFlakes(gold)).filter(({ stream }) => !knownStreams.has(stream));
    plain.forEach(({ stream }) => knownStreams.add(stream));
    if ((await attempt(variations)).length === 0) {
      return plain;
    }
    const culprits = await findCulprits(
      variations,
      async (members) => (await attempt(members)).length > 0,
    );
    const flakes = [...plain];
    for (const members of culprits) {
      flakes.push(...(await this.blame(gold, members, strength, await attempt(members))));
    }
    return flakes;
  }

  /** Blames the variations if they differ again and a plain run does not, and chance otherwise. */
  private async blame(
    gold: Gold,
    members: readonly Variation[],
    strength: number,
    differences: readonly Difference[],
  ): Promise<Flake[]> {
    const atFault = await this.holds(gold, members, strength);
    return differences.map((difference) => ({
      ...difference,
      variations: atFault ? members.map(({ name }) => name) : [],
      pinnedBy: atFault ? members.flatMap(({ pinnedBy }) => pinnedBy.slice(0, 1)) : [],
    }));
  }

  private async holds(
    gold: Gold,
    members: readonly Variation[],
    strength: number,
  ): Promise<boolean> {
    for (let i = 0; i < confirmations; i++) {
      const plain = await this.differences(gold, [await this.exec(this.request)]);
      const varied = await this.variedDifferences(gold, members, strength);
      if (varied.length === 0 || plain.length > 0) {
        return false;
      }
    }
    return true;
  }

  private async plainCause(differences: readonly Difference[]): Promise<string[]> {
    const streams = new Set(differences.map(({ stream }) => stream));
    const isVaried = (name: string) =>
      this.options.variations.some((variation) => variation.name === name);
    // Only what differs between two seconds, and not within one, is the clock's.
    if (
      isVaried('clock') &&
      (await this.agree(streams, this.request)) &&
      this.second() > this.firstSecond
    ) {
      return ['clock'];
    }
    const fixed = { ...this.request, fixedAddresses: true };
    return isVaried('addresses') && (await this.agree(streams, fixed)) ? ['addresses'] : [];
  }

  /** Whether two runs within one second of the clock agree on these streams. */
  private async agree(streams: ReadonlySet<string>, request: ExecRequest): Promise<boolean> {
    for (let i = 0; i < confirmations + 1; i++) {
      const second = this.second();
      const one = answerOf(await this.exec(request));
      const other = await this.exec(request);
      const differing = one === undefined ? [cutShort] : await this.differences(one, [other]);
      if (!differing.some(({ stream }) => streams.has(stream))) {
        return true;
      }
      if (second === this.second()) {
        return false;
      }
    }
    return false;
  }

  private async variedDifferences(
    gold: Gold,
    members: readonly Variation[],
    strength: number,
  ): Promise<readonly Difference[]> {
    if (members.some(({ laterSecond }) => laterSecond === true)) {
      await this.nextSecond();
    }
    const request = applyAll(this.request, members, strength);
    const companions = Math.max(0, ...members.map((member) => member.companions ?? 0));
    const results = await Promise.all(
      Array.from({ length: companions + 1 }, () => this.exec(request)),
    );
    return this.differences(gold, results, request.umask === this.request.umask ? 0 : umaskBits);
  }

  private async differences(
    gold: Gold,
    results: readonly ExecResult[],
    ignoredMode = 0,
  ): Promise<readonly Difference[]> {
    const found: Difference[] = [];
    for (const result of results) {
      const answer = answerOf(result);
      found.push(
        ...(answer === undefined
          ? [cutShort]
          : (await compareAnswers(gold, answer, { profile: 'exact', ignoredMode })).differences),
      );
    }
    return firstOfEach(found);
  }

  private exec(request: ExecRequest): Promise<ExecResult> {
    const { signal } = this.options;
    return this.sandbox.exec(request, signal === undefined ? {} : { signal });
  }

  private now(): number {
    return this.options.now?.() ?? Date.now();
  }

  private second(): number {
    return Math.floor(this.now() / 1000);
  }

  private async nextSecond(): Promise<void> {
    while (this.second() <= this.lastSecond) {
      const wait = (this.lastSecond + 1) * 1000 - this.now();
      await new Promise((resolve) => setTimeout(resolve, Math.max(1, wait)));
    }
  }
}

/** A further run that was cut short: whatever it would have returned, it is not the gold's end. */
const cutShort: Difference = { stream: 'returncode', offset: 0, line: 1, column: 1, class: 'else' };

function keyOf(members: readonly Variation[]): string {
  return members.map(({ name }) => name).join(' ');
}

/** One difference a stream and cause is enough. */
function firstOfEach<T extends Difference & { readonly variations?: readonly string[] }>(
  differences: readonly T[],
): T[] {
  const byKey = new Map<string, T>();
  for (const difference of differences) {
    const key = JSON.stringify([difference.stream, difference.variations]);
    if (!byKey.has(key)) {
      byKey.set(key, difference);
    }
  }
  return [...byKey.values()];
}

function noGold({ status }: ExecResult, { limits }: ExecRequest): NoGoldError {
  switch (status.kind) {
    case 'timeout':
      return new NoGoldError(`the reference took longer than ${limits.timeout} s`, {
        action: 'Make the input smaller, or raise the timeout in mirrorcode.json.',
      });
    case 'limit':
      return new NoGoldError(`the reference was stopped at the limit of ${status.limit}`, {
        action: 'Make the input smaller, or raise the limit in mirrorcode.json.',
      });
    default:
      return new NoGoldError(
        `the reference did not start: ${status.kind === 'unstartable' ? status.reason : status.kind}`,
        { action: "Check the reference's path in mirrorcode.json, and what it needs beside it." },
      );
  }
}
