import type { ModelUsage } from './log/inspectLog';

/** What a run may spend; what is absent is unlimited. */
export interface Budget {
  readonly tokens?: number;
  /** US dollars; needs the model's prices. */
  readonly costUsd?: number;
  /** Wall clock, seconds. */
  readonly wallSeconds?: number;
  /** Wall clock without waits for the model's retries, seconds. */
  readonly workingSeconds?: number;
}

/** US dollars a million tokens. */
export interface Prices {
  readonly input: number;
  readonly cacheRead: number;
  readonly cacheWrite: number;
  readonly output: number;
}

/** What has been spent; plain data, so that it survives in a checkpoint. */
export interface Spent {
  readonly usage: ModelUsage;
  /** Seconds of earlier sessions of the run; a pause costs nothing. */
  readonly wallSeconds: number;
  readonly waitedSeconds: number;
}

export const nothingSpent: Spent = {
  usage: { input_tokens: 0, output_tokens: 0, total_tokens: 0 },
  wallSeconds: 0,
  waitedSeconds: 0,
};

export interface LimitHit {
  readonly type: 'token' | 'cost' | 'time' | 'working';
  readonly limit: number;
  readonly message: string;
}

/** What others spend of the same budget. */
export interface Shared {
  readonly tokens: number;
  readonly costUsd: number;
}

/** Counts what a run spends against its budget. */
export class Meter {
  private usage: ModelUsage;
  private waitedMs = 0;
  private others: Shared | undefined;
  private readonly startedMs: number;

  constructor(
    private budget: Budget,
    private readonly prices: Prices | undefined,
    private readonly earlier: Spent = nothingSpent,
    private readonly now: () => number = Date.now,
  ) {
    this.usage = earlier.usage;
    this.startedMs = now();
  }

  /** Adds one model call. */
  add(usage: ModelUsage): void {
    this.usage = addUsage(this.usage, usage);
  }

  /** Time in which the run waited for a model to take calls again, milliseconds. */
  addWait(ms: number): void {
    this.waitedMs += ms;
  }

  /** Gives the run more, or less, from now on. */
  setBudget(budget: Budget): void {
    this.budget = budget;
  }

  /** Says what other runs of the same budget have spent so far. */
  setOthers(others: Shared): void {
    this.others = others;
  }

  spent(): Spent {
    return {
      usage: { ...this.usage, ...(this.prices === undefined ? {} : { total_cost: this.cost() }) },
      wallSeconds: this.earlier.wallSeconds + (this.now() - this.startedMs) / 1000,
      waitedSeconds: this.earlier.waitedSeconds + this.waitedMs / 1000,
    };
  }

  /** The first limit that is used up. */
  hit(): LimitHit | undefined {
    const { wallSeconds, waitedSeconds } = this.spent();
    const limits: [LimitHit['type'], number | undefined, number, string][] = [
      ['token', this.budget.tokens, this.tokensOfAll(), 'tokens'],
      ['cost', this.budget.costUsd, this.costOfAll(), 'US dollars'],
      ['time', this.budget.wallSeconds, wallSeconds, 'seconds'],
      ['working', this.budget.workingSeconds, wallSeconds - waitedSeconds, 'working seconds'],
    ];
    for (const [type, limit, used, unit] of limits) {
      if (limit !== undefined && used >= limit) {
        return { type, limit, message: `The run has used up its ${limit} ${unit}.` };
      }
    }
    return undefined;
  }

  /** What the `resources` tool tells the agent. */
  describe(): string {
    const { wallSeconds, waitedSeconds } = this.spent();
    const line = (name: string, used: number, limit: number | undefined, digits: number) =>
      limit === undefined
        ? `${name}: ${used.toFixed(digits)} used, no limit`
        : `${name}: ${used.toFixed(digits)} of ${limit.toFixed(digits)} used, ${Math.max(0, limit - used).toFixed(digits)} left`;
    return [
      line('Tokens', this.tokensOfAll(), this.budget.tokens, 0),
      line('Seconds', wallSeconds, this.budget.wallSeconds, 0),
      ...(this.budget.workingSeconds === undefined
        ? []
        : [line('Working seconds', wallSeconds - waitedSeconds, this.budget.workingSeconds, 0)]),
      ...(this.prices === undefined
        ? []
        : [line('US dollars', this.costOfAll(), this.budget.costUsd, 2)]),
    ].join('\n');
  }

  private tokensOfAll(): number {
    return this.usage.total_tokens + (this.others?.tokens ?? 0);
  }

  private costOfAll(): number {
    return this.cost() + (this.others?.costUsd ?? 0);
  }

  private cost(): number {
    const { prices, usage } = this;
    return prices === undefined
      ? 0
      : (usage.input_tokens * prices.input +
          (usage.input_tokens_cache_read ?? 0) * prices.cacheRead +
          (usage.input_tokens_cache_write ?? 0) * prices.cacheWrite +
          usage.output_tokens * prices.output) /
          1e6;
  }
}

/** The sum of two usages, counter by counter. */
export function addUsage(a: ModelUsage, b: ModelUsage): ModelUsage {
  const sum = (key: keyof ModelUsage) => (a[key] ?? 0) + (b[key] ?? 0);
  const optional = [
    'input_tokens_cache_read',
    'input_tokens_cache_write',
    'reasoning_tokens',
    'total_cost',
  ] as const;
  return {
    input_tokens: sum('input_tokens'),
    output_tokens: sum('output_tokens'),
    total_tokens: sum('total_tokens'),
    ...Object.fromEntries(
      optional
        .filter((key) => a[key] !== undefined || b[key] !== undefined)
        .map((key) => [key, sum(key)]),
    ),
  };
}
