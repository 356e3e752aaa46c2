import os from 'node:os';
import type { Case, Content } from '../cases/case';
import { contentSize, readContent } from '../cases/content';
import { inputKey } from '../cases/inputKey';
import { UserError } from '../errors';
import type { ReportProgress } from '../progress';
import { isReadableReference } from '../agents/oracle/oracleSpec';
import type { Target } from '../targets/target';
import { readAnswers } from './answers';
import { checks } from './checks';
import { readDocs } from './docsText';
import type { AuditContext, AuditedCase, Check, Finding, HostFacts, Verification } from './finding';

/** A stream longer than this is not looked through (bytes). */
const largestStream = 1 << 20;

export interface AuditOptions {
  /** What the reference prints for `--help`. */
  readonly help?: string;
  /** What came of running the reference again; without it those checks find nothing. */
  readonly verification?: ReadonlyMap<string, Verification>;
  readonly host?: HostFacts;
  /** Ids of the checks to make; all of them when absent. */
  readonly only?: readonly string[];
  readonly signal?: AbortSignal;
  readonly onProgress?: ReportProgress;
}

export interface AuditReport {
  readonly target: string;
  readonly findings: readonly Finding[];
  /** Cases that could not be read, and why. */
  readonly unreadable: readonly { readonly name: string; readonly problem: string }[];
  readonly cases: number;
}

/** The check that a finding came from; its title, reason and remedy. */
export function checkOf(finding: Pick<Finding, 'check'>): Check {
  const check = checks.find(({ id }) => id === finding.check);
  if (check === undefined) {
    throw new Error(`no such check: ${finding.check}`);
  }
  return check;
}

/**
 * Looks for what makes a target's cases unfair, unstable or uninformative. Runs nothing: drift,
 * flakes and slowness come from `options.verification`.
 * @throws UserError when the store can't be listed; AbortError when cancelled.
 */
export async function auditTarget(
  target: Target,
  options: AuditOptions = {},
): Promise<AuditReport> {
  const { context, unreadable } = await auditContext(target, options);
  const { cases } = context;
  const suppressions = new Map(cases.map(({ source }) => [source.name, source.suppress]));
  const answers = await readAnswers(target);
  const answerTo = (check: string, name: string | undefined) =>
    name === undefined
      ? answers.target[check]
      : (suppressions.get(name)?.[check] ?? answers.cases[name]?.[check]);
  const findings: Finding[] = [];
  for (const check of checks.filter(({ id }) => options.only?.includes(id) ?? true)) {
    for (const finding of check.run(context)) {
      const reason = answerTo(check.id, finding.cases[0]);
      findings.push({
        ...finding,
        check: check.id,
        ...(reason === undefined ? {} : { suppressed: reason }),
      });
    }
    // Others who wait for this thread get their turn, and whoever cancels is heard.
    await new Promise((resolve) => setImmediate(resolve));
    options.signal?.throwIfAborted();
  }
  return {
    target: target.name,
    findings,
    unreadable,
    cases: cases.length,
  };
}

/** The cases of a target and what surrounds them, in memory. @throws as `auditTarget` does. */
export async function auditContext(
  target: Target,
  options: AuditOptions = {},
): Promise<{ readonly context: AuditContext; readonly unreadable: AuditReport['unreadable'] }> {
  const { cases: listed, unreadable } = await target.store.list();
  const { cases, lost } = await loadCases(target, listed.length, options);
  const context: AuditContext = {
    target,
    cases,
    docs: target.docs === undefined ? '' : await readDocs(target.docs),
    help: options.help ?? '',
    host: options.host ?? thisHost(),
    referenceIsScript: await isReadableReference(target),
    verification: options.verification ?? new Map(),
  };
  return { context, unreadable: [...unreadable, ...lost] };
}

async function loadCases(
  target: Target,
  total: number,
  { signal, onProgress }: AuditOptions,
): Promise<{ readonly cases: AuditedCase[]; readonly lost: AuditReport['unreadable'] }> {
  const cases: AuditedCase[] = [];
  const lost: { readonly name: string; readonly problem: string }[] = [];
  for await (const source of target.store.readAll()) {
    signal?.throwIfAborted();
    try {
      cases.push(await loadAudited(source));
    } catch (error) {
      if (!(error instanceof UserError)) {
        throw error;
      }
      // A part that lies in a file of its own is missing, or is another one now.
      lost.push({ name: source.name, problem: error.message });
    }
    onProgress?.({ done: cases.length + lost.length, total, message: source.name });
  }
  return { cases, lost };
}

/** The names of this machine that must not stand in a gold. */
function thisHost(): HostFacts {
  return {
    hostname: os.hostname(),
    user: userName(),
    home: os.homedir(),
    temporaryDirectory: os.tmpdir(),
    today: new Date().toISOString().slice(0, 10),
  };
}

/** Empty where this process's user has no name, as in some containers. */
function userName(): string {
  try {
    return os.userInfo().username;
  } catch {
    return '';
  }
}

async function loadAudited(source: Case): Promise<AuditedCase> {
  const streams = [source.input.stdin, source.gold?.stdout, source.gold?.stderr];
  const [stdin, stdout, stderr] = await Promise.all(streams.map(readSmall));
  const { files, fileHeads } = await loadFiles(source);
  const latin1 = (bytes: Uint8Array | undefined) => Buffer.from(bytes ?? []).toString('latin1');
  return {
    source,
    stdin: stdin ?? new Uint8Array(0),
    stdout: stdout ?? new Uint8Array(0),
    stderr: stderr ?? new Uint8Array(0),
    text: { stdin: latin1(stdin), stdout: latin1(stdout), stderr: latin1(stderr) },
    files,
    fileHeads,
    inputKey: inputKey(source),
    partial: streams.some(
      (content) => content !== undefined && contentSize(content) > largestStream,
    ),
  };
}

async function loadFiles({ input }: Case): Promise<Pick<AuditedCase, 'files' | 'fileHeads'>> {
  const texts: string[] = [];
  const fileHeads = new Map<string, string>();
  for (const file of input.files) {
    if (file.kind === 'file') {
      const text = Buffer.from(await readSmall(file.content)).toString('latin1');
      texts.push(text);
      fileHeads.set(file.path, text.slice(0, headLength));
    }
  }
  return { files: texts.join('\n'), fileHeads };
}

/** Bytes of a file that tell what kind it is. */
const headLength = 64;

async function readSmall(content: Content | undefined): Promise<Uint8Array> {
  return content === undefined || contentSize(content) > largestStream
    ? new Uint8Array(0)
    : readContent(content);
}
