import type { CaseStore } from '../cases/caseStore';
import type { AgentDefinition } from './agentDefinition';

export const languages = ['python', 'c', 'go', 'rust', 'ocaml', 'ada'] as const;
/** The languages that MirrorCode asks for. */
export type Language = (typeof languages)[number];

export type Tier = 'S' | 'M' | 'L';
export type Profile = 'exact' | 'mirrorcode';

/** How a candidate in one language is built and started. */
export interface LanguageSetup {
  /**
   * A `sh` command line, run in the candidate's folder, with `PROGRAM` (the target's name), `OUT`
   * (the executable to make) and `SOURCES` (the language's files, in a stable order) set. Empty when
   * there is nothing to build.
   */
  readonly build: string;
  /** The argv before the case's args; `{candidate}`, `{program}` and `{out}` are replaced. */
  readonly run: readonly string[];
  /** Added to the pinned environment of each case; the same placeholders. */
  readonly env?: Readonly<Record<string, string>>;
  /** Image for the docker engine; the engine's default for the language when absent. */
  readonly image?: string;
}

export interface Limits {
  /** Wall clock for one case, seconds. */
  readonly timeout: number;
  /** Bytes, all processes of the case and its files in memory together. */
  readonly memory: number;
  readonly processes: number;
  /** Bytes, each of stdout and stderr. */
  readonly output: number;
  /** Bytes of any one file and of the working directory. */
  readonly fileSize: number;
}

export interface Reference {
  /** Absolute path of the executable on the host; absent where an image holds it. */
  readonly path?: string;
  readonly image?: string;
  /** Hexadecimal; a gold recorded from another file is drift. */
  readonly sha256?: string;
  /** What the program finds as its own name; the target's name when absent. */
  readonly argv0?: string;
  /** Arguments before those of the case (`qsv select`, `brotli -d`). */
  readonly prefixArgs: readonly string[];
  /** Other programs and folders that the reference needs to find, absolute. */
  readonly needs: readonly string[];
}

/** A reference program to be reimplemented: what `mirrorcode.json` or a checkout says of it. */
export interface Target {
  readonly name: string;
  readonly title: string;
  readonly tier?: Tier;
  readonly domain?: string;
  /** The target's own folder, absolute. */
  readonly path: string;
  /** Where the target was declared: its manifest, or the gold file of a checkout. */
  readonly manifestPath?: string;
  readonly reference?: Reference;
  /** Absolute; the folder that an agent is given to read. */
  readonly docs?: string;
  readonly languages: Readonly<Partial<Record<Language, LanguageSetup>>>;
  readonly limits: Limits;
  readonly profile: Profile;
  /** Agents of a command line that the manifest knows, by name. */
  readonly agents?: Readonly<Record<string, AgentDefinition>>;
  readonly store: CaseStore;
}
