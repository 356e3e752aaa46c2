import type { Case } from '../cases/case';
import type { Target } from '../targets/target';

export type Severity = 'error' | 'warning' | 'info';

/** Something that makes a task unfair, unstable or uninformative, and what to do about it. */
export interface Finding {
  /** Id of the check, the key that a case's `suppress` header answers. */
  readonly check: string;
  readonly severity: Severity;
  /** The cases it speaks of, most telling first; none where it speaks of the whole target. */
  readonly cases: readonly string[];
  /** The part of the first case in which it shows: `args`, `stdin`, `stdout`, `stderr`, … */
  readonly part?: string;
  /** What was found. */
  readonly message: string;
  /** The author's answer: in the first case, or beside the cases. */
  readonly suppressed?: string;
}

/** A case with its streams in memory, as far as they are small enough to look through. */
export interface AuditedCase {
  readonly source: Case;
  readonly stdin: Uint8Array;
  readonly stdout: Uint8Array;
  readonly stderr: Uint8Array;
  /** Outputs and inputs as text for the checks that read: Latin-1, so that no byte is lost. */
  readonly text: { readonly stdin: string; readonly stdout: string; readonly stderr: string };
  /** The input files that are small enough to look through, one after the other, as Latin-1. */
  readonly files: string;
  /** How each input file begins, by path, as Latin-1. */
  readonly fileHeads: ReadonlyMap<string, string>;
  /** Key of everything that the program is given. */
  readonly inputKey: string;
  /** A stream was too large to look through. */
  readonly partial: boolean;
}

/** What the reference did when the golds were verified, by case. */
export interface Verification {
  readonly durationMs: number;
  /** Why the gold no longer holds, or why it flakes; absent when it held. */
  readonly drift?: string;
  readonly flaky?: string;
}

/** Names of this machine that must not stand in a gold. */
export interface HostFacts {
  readonly hostname: string;
  readonly user: string;
  readonly home: string;
  readonly temporaryDirectory: string;
  /** Today, `YYYY-MM-DD`. */
  readonly today: string;
}

export interface AuditContext {
  readonly target: Target;
  readonly cases: readonly AuditedCase[];
  /** Everything readable below the target's docs folder, as Latin-1 like the streams. */
  readonly docs: string;
  /** What the reference prints for `--help`, where that was asked for. */
  readonly help: string;
  readonly host: HostFacts;
  /** The reference on this machine is no compiled program. */
  readonly referenceIsScript: boolean;
  readonly verification: ReadonlyMap<string, Verification>;
}

/** One quality check; `why` and `fix` are shown beside each of its findings. */
export interface Check {
  readonly id: string;
  readonly title: string;
  /** Why it matters for a fair task. */
  readonly why: string;
  /** What the author can do. */
  readonly fix: string;
  run(context: AuditContext): Iterable<Omit<Finding, 'check' | 'suppressed'>>;
}
