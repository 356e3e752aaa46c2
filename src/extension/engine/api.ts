import type { Budget } from '../../core/agents/budget';
import type { StoredRun } from '../../core/agents/run/runFolder';
import type { Curation } from '../../core/cases/curation/planCuration';
import type { CaseListing } from '../../core/cases/caseStore';
import type { Diagnosis } from '../../core/doctor';
import type { Undone } from '../../core/recording/pending';
import type { EngineStatus } from '../../core/sandbox/sandbox';
import type { CaseResult } from '../../core/scoring/score';
import type { StoredScore } from '../../core/scoring/scoreFiles';
import type { Language } from '../../core/targets/target';
import type { CurationRow, OptionRow } from '../../protocol/curation';
import type { TargetAudit } from '../audit/auditReport';
import type { CaseCounts, TargetInfo } from '../model/targetInfo';
import type { Capture } from '../trees/captureNodes';
import type {
  AcceptedCaptures,
  CaseComparison,
  CaseRef,
  CheckedCase,
  Discovery,
  DualOffer,
  EngineSettings,
  GoldComparison,
  ListedScore,
  ParsedLine,
  PartRef,
  ProgressEvent,
  RecordRequest,
  ScoreEvent,
  ScoreRequest,
  TerminalCallEvent,
  VerifyRequest,
} from './callTypes';

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
