import type { Budget } from '../../core/agents/budget';
import type { StoredRun } from '../../core/agents/run/runFolder';
import type { CaseProblem } from '../../core/cases/caseText';
import type { Curation } from '../../core/cases/curation/planCuration';
import type { CasePart } from '../../core/cases/parts';
import type { CaseListing } from '../../core/cases/caseStore';
import type { Diagnosis } from '../../core/doctor';
import type { Undone } from '../../core/recording/pending';
import type { TerminalEvent } from '../../core/recording/terminal/recordingTerminal';
import type { ShellLaunch } from '../../core/recording/terminal/shellLaunch';
import type { EngineStatus } from '../../core/sandbox/sandbox';
import type { CaseResult } from '../../core/scoring/score';
import type { StoredScore } from '../../core/scoring/scoreFiles';
import type { Language, Profile } from '../../core/targets/target';
import type { CurationRow, OptionRow } from '../../protocol/curation';
import type { TargetAudit } from '../audit/auditReport';
import type { BrokenTarget, CaseCounts, TargetInfo } from '../model/targetInfo';
import type { Capture } from '../trees/captureNodes';

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

/** Everything that the editor asks of the engine's thread. */
export interface EngineCalls {
  discover: { params: { folders: readonly string[] }; result: Discovery; event: never };
  /** Counting is done where the cases are read: what crosses to the host is seven numbers. */
  count: { params: { target: TargetInfo }; result: CaseCounts; event: never };
  list: { params: { target: TargetInfo }; result: CaseListing; event: never };
  readCase: { params: CaseRef; result: { text: string }; event: never };
  writeCase: { params: CaseRef & { text: string }; result: null; event: never };
  /** `readOnly` says why an editor may not save it. */
  readPart: { params: PartRef; result: { bytes: Uint8Array; readOnly?: string }; event: never };
  writePart: { params: PartRef & { bytes: Uint8Array }; result: null; event: never };
  /** Renames a case, also in the duals of those that mirror it; `mirrors` are those. */
  renameCase: {
    params: CaseRef & { to: string };
    result: { mirrors: readonly string[] };
    event: never;
  };
  /** The options that the reference names for `--help`, asked once in a sandbox. */
  options: {
    params: { target: TargetInfo; settings: EngineSettings };
    result: readonly string[];
    event: never;
  };
  checkCase: { params: { text: string; file: string }; result: CheckedCase; event: never };
  scores: { params: { roots: readonly string[] }; result: ListedScore[]; event: never };
  /** Runs of agents, newest first. */
  runs: { params: { roots: readonly string[] }; result: StoredRun[]; event: never };
  pauseRun: { params: { dir: string }; result: null; event: never };
  stopRun: { params: { dir: string }; result: null; event: never };
  extendRun: { params: { dir: string; budget: Budget }; result: null; event: never };
  verdicts: { params: { dir: string }; result: CaseResult[]; event: never };
  comparison: {
    params: { target: TargetInfo; dir: string; result: CaseResult };
    result: CaseComparison;
    event: never;
  };
  probe: { params: { settings: EngineSettings }; result: EngineStatus[]; event: never };
  /** The engines, and in the one that is in use each language's toolchain. */
  diagnose: { params: { settings: EngineSettings }; result: Diagnosis; event: ProgressEvent };
  score: { params: ScoreRequest; result: StoredScore; event: ScoreEvent };
  verify: { params: VerifyRequest; result: null; event: ScoreEvent };
  /** The quality checks; with `run` the reference answers every case again. */
  audit: {
    params: { target: TargetInfo; run?: { readonly settings: EngineSettings } };
    result: TargetAudit;
    event: ProgressEvent;
  };
  /** Keeps an author's answer where no case can hold it; in which file. */
  answerFinding: {
    params: { target: TargetInfo; check: string; name?: string | undefined; reason: string };
    result: { readonly file: string };
    event: never;
  };
  /** What an agent would be given for a task, as Markdown. */
  taskPrompt: {
    params: { target: TargetInfo; language: Language };
    result: { readonly text: string };
    event: never;
  };
  /** Changes where cases stand; `title` is what undoing it is called by. */
  curate: {
    params: { target: TargetInfo; curation: Curation; title: string };
    /** `unpaired`: hidden cases that lost their last dual by it. */
    result: { readonly changed: number; readonly unpaired: readonly string[] };
    event: never;
  };
  /** Reads what a curation view shows; `scores`: of each candidate, folders, the newest first. */
  curationFacts: {
    params: { target: TargetInfo; scores: readonly (readonly string[])[] };
    result: { readonly total: number; readonly options: readonly OptionRow[] };
    event: never;
  };
  /** A page of what was read last. */
  curationRows: {
    params: { target: TargetInfo; from: number; count: number };
    result: readonly CurationRow[];
    event: never;
  };
  /** Takes the last curation of these targets back; its title, or null when there is none. */
  undoCuration: {
    params: { targets: readonly TargetInfo[] };
    result: string | null;
    event: never;
  };
  parseLine: { params: { target: TargetInfo; line: string }; result: ParsedLine; event: never };
  /** Cancels what is under way, lets go of the engine, and ends the thread. */
  shutDown: { params: null; result: null; event: never };
  init: {
    params: { folder: string; reference: string; name: string };
    result: { manifestPath: string };
    event: never;
  };
  record: { params: RecordRequest; result: Capture; event: ProgressEvent };
  rerecord: {
    params: CaseRef & { repeat: number; settings: EngineSettings };
    result: Capture | null;
    event: ProgressEvent;
  };
  /** Duals of a case, made by rule and recorded; the best first, refused ones last. */
  offerDuals: {
    params: CaseRef & { repeat: number; settings: EngineSettings };
    result: DualOffer[];
    event: ProgressEvent;
  };
  /** Queues the dual that was chosen; `text` is what was offered. */
  queueDual: {
    params: CaseRef & { text: string; durationMs: number };
    result: Capture;
    event: never;
  };
  /** A recording terminal, until it is cancelled. */
  terminal: {
    params: { target: TargetInfo; repeat: number; settings: EngineSettings };
    result: null;
    event: TerminalCallEvent;
  };
  /** Sets in a flaky case the variables that make it firm, and records it anew. */
  pinCapture: {
    params: { capture: Capture; repeat: number; settings: EngineSettings };
    result: Capture;
    event: ProgressEvent;
  };
  captures: { params: { roots: readonly string[] }; result: Capture[]; event: never };
  acceptCaptures: {
    params: { captures: readonly Capture[] };
    result: AcceptedCaptures;
    event: never;
  };
  rejectCaptures: { params: { captures: readonly Capture[] }; result: null; event: never };
  /** Gives a capture another name or other labels. */
  changeCapture: {
    params: { capture: Capture; to: { name?: string; labels?: readonly string[] } };
    result: Capture;
    event: never;
  };
  /** Takes back what was accepted or rejected last. */
  undoDecision: {
    params: { roots: readonly string[] };
    result: Undone & { readonly target: string };
    event: never;
  };
  /** The gold that a re-recording would replace, and its own. */
  captureComparison: { params: { capture: Capture }; result: GoldComparison; event: never };
}
