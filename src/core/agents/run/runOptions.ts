import type { Engine } from '../../sandbox/sandbox';
import type { Language, Limits, Target } from '../../targets/target';
import type { WorkFolder } from '../../workFolder';
import type { Budget, Prices } from '../budget';
import type { Model } from '../models/model';
import type { ModelEndpoint } from '../models/openModel';
import type { RetryPolicy } from '../models/retryingModel';
import type { NamedAgent } from '../../targets/agentDefinition';
import type { LocatedAgent } from '../program/locateAgent';
import type { RunState } from './runState';

/** What a new run is about. */
export interface RunOptions {
  readonly target: Target;
  readonly language: Language;
  readonly budget: Budget;
  /** Needed for a limit in dollars. */
  readonly prices?: Prices;
  /** Share of the visible cases, 0 to 1, that must pass before `submit` is taken; 0.3 when absent. */
  readonly submitGate?: number | 'none';
  /** Tokens of one call's input from which on the conversation is summarised; 150,000 when absent. */
  readonly compactAt?: number;
  /** Which of several repetitions this is, from 1. */
  readonly repetition?: number;
  /** Runs of one group spend one budget of tokens and dollars together; each has its own time. */
  readonly group?: string;
}

/** An agent that is a program, ready to be brought into a sandbox. */
export interface RunProgram {
  readonly agent: NamedAgent;
  readonly located: LocatedAgent;
  /** Where its calls of the model go. */
  readonly endpoint: ModelEndpoint;
}

/** What a run needs of the process that it runs in. */
export interface RunHost {
  /** Used for the workspace, the reference and scoring; the caller disposes it. */
  readonly engine: Engine;
  readonly model: Model;
  /** The agent, where it is a program with a loop of its own. */
  readonly program?: RunProgram;
  readonly workFolder: WorkFolder;
  /** Cases at once when the candidate is scored. */
  readonly jobs: number;
  /** Pauses the run when it fires. */
  readonly signal: AbortSignal;
  readonly onProgress?: (progress: RunProgress) => void;
  readonly retryPolicy?: RetryPolicy;
  /** What the agent's sandbox may use, where that is not the usual. */
  readonly workspaceLimits?: Limits;
}

/** How far a run has come. */
export interface RunProgress {
  /** The run's folder, absolute. */
  readonly dir: string;
  readonly state: RunState;
  /** What is being done now, as a person would say it. */
  readonly message: string;
}

/** How a session of a run ended. */
export interface RunOutcome {
  readonly dir: string;
  readonly state: RunState;
}

export const defaultCompactAt = 150_000;
