import type { CaseProblem } from '../../core/cases/caseText';
import type { CasePart } from '../../core/cases/parts';
import type { TerminalEvent } from '../../core/recording/terminal/recordingTerminal';
import type { ShellLaunch } from '../../core/recording/terminal/shellLaunch';
import type { CaseResult } from '../../core/scoring/score';
import type { StoredScore } from '../../core/scoring/scoreFiles';
import type { Language, Profile } from '../../core/targets/target';
import type { BrokenTarget, CaseCounts, TargetInfo } from '../model/targetInfo';

/** The settings that choose how programs are run. */
export interface EngineSettings {
  readonly engine: 'auto' | 'bubblewrap' | 'docker';
  readonly dockerSocket: string;
  readonly dockerImages: Readonly<Partial<Record<Language, string>>>;
  /** Lanes; 0 for as many as there are cores. */
  readonly jobs: number;
}

export interface Discovery {
  readonly targets: readonly TargetInfo[];
  readonly broken: readonly BrokenTarget[];
  /** The folders whose `.mirrorcode` the workspace works in. */
  readonly roots: readonly string[];
  /** The cases of targets as they were when they were counted last, by key: to show until they are. */
  readonly remembered: Readonly<Record<string, CaseCounts>>;
}

/** A case's name in a target. */
export interface CaseRef {
  readonly target: TargetInfo;
  readonly name: string;
}

/** Where two streams of a failing case are on disk or what they hold, for the byte view. */
export interface FailureText {
  /** The injective text of gold and actual, cut around the first difference. */
  readonly expected: string;
  readonly actual: string;
  /** The line of the case's text, base 0, that holds the first difference. */
  readonly line: number;
}

/** A case's text as it was read. */
export interface CheckedCase {
  readonly problems: readonly CaseProblem[];
  /** The one canonical spelling; absent while there are problems. */
  readonly canonical?: string;
  readonly duals?: readonly string[];
}

/** A score as it lies on disk, and whether anything is still at it. */
export interface ListedScore extends StoredScore {
  /** It says that it is running, and the process that made it is gone. */
  readonly interrupted?: boolean;
  /** It is the final score of a run, in whose folder it lies. */
  readonly ofRun?: true;
}

export interface ScoreRequest {
  readonly target: TargetInfo;
  readonly language: Language;
  /** The candidate's folder, absolute. */
  readonly candidate: string;
  /** Names of cases; all of them when absent. */
  readonly cases?: readonly string[];
  /** The folder of an interrupted score of the same candidate to go on with. */
  readonly resume?: string;
  readonly profile: 'target' | Profile;
  readonly settings: EngineSettings;
  /** Scores kept for the task; 0 keeps all. */
  readonly keep: number;
}

export type ScoreEvent =
  | { readonly kind: 'started'; readonly dir: string }
  | { readonly kind: 'note'; readonly text: string }
  | { readonly kind: 'buildFailed'; readonly log: string; readonly tail: string }
  | {
      readonly kind: 'verdict';
      readonly result: CaseResult;
      /** Only where an output differs. */
      readonly failure?: FailureText;
    };

export interface VerifyRequest {
  readonly target: TargetInfo;
  readonly cases?: readonly string[];
  readonly repeat: number;
  readonly settings: EngineSettings;
}

export interface RecordRequest {
  readonly target: TargetInfo;
  readonly name: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly stdin: StdinChoice;
  /** Host files to find in the working directory: path inside → absolute path here. */
  readonly files: Readonly<Record<string, string>>;
  readonly repeat: number;
  readonly settings: EngineSettings;
}

export type StdinChoice =
  | { readonly kind: 'none' }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'file'; readonly path: string };

export interface ProgressEvent {
  readonly done: number;
  readonly total?: number;
  readonly message?: string;
}

/** A command line taken apart, without the target's own name. */
export interface ParsedLine {
  readonly args: readonly string[];
  /** `NAME=value` before the command. */
  readonly env: Readonly<Record<string, string>>;
  /** What `<` or `<<<` names, paths absolute; `none` when the line says nothing of it. */
  readonly stdin: StdinChoice;
  /** A name for the case that no other case of the target has. */
  readonly name: string;
}

/** What could mirror a case, as the reference answered it, or why it can't. */
export type DualOffer = {
  /** What was changed. */
  readonly title: string;
  readonly args: readonly string[];
} & (
  | {
      /** The whole case, canonical. */
      readonly text: string;
      /** Its output, in the text of a case. */
      readonly preview: string;
      readonly durationMs: number;
    }
  | { readonly refused: string }
);

/** What a recording terminal tells; `ready` comes first and says how its shell is started. */
export type TerminalCallEvent =
  | TerminalEvent
  | {
      readonly kind: 'ready';
      readonly launch: ShellLaunch;
      /** The folder in which it begins, absolute. */
      readonly cwd: string;
      readonly banner: readonly string[];
    };

/** A part of a case, wherever the case lies. */
export interface PartRef {
  /** The workspace folder and the target that the case belongs to. */
  readonly root: string;
  readonly target: string;
  readonly name: string;
  /** Whether it still waits in the queue. */
  readonly queued: boolean;
  /** The case's own document. */
  readonly caseUri: string;
  readonly part: CasePart;
}

/** What came of accepting captures. */
export interface AcceptedCaptures {
  readonly accepted: readonly {
    readonly root: string;
    readonly target: string;
    readonly name: string;
  }[];
  /** Those that still wait, and why. */
  readonly refused: readonly { readonly name: string; readonly reason: string }[];
}

/** Both sides of a re-recording as raw files. */
export interface GoldComparison extends CaseComparison {
  /** The return code that was recorded now. */
  readonly actual: number;
}

/** Both sides of a failing case as raw files; a side that is not there has none. */
export interface CaseComparison {
  /** The gold's return code. */
  readonly returncode: number;
  readonly streams: readonly {
    /** `stdout`, `stderr` or `out/…`. */
    readonly name: string;
    /** Absolute paths. */
    readonly expected?: string;
    readonly actual?: string;
  }[];
}
