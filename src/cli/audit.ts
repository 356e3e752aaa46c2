import os from 'node:os';
import type { Command } from 'commander';
import { auditTarget, checkOf } from '../core/audit/auditTarget';
import type { AuditReport } from '../core/audit/auditTarget';
import type { Finding, Verification } from '../core/audit/finding';
import { verifiedFacts } from '../core/audit/verifiedFacts';
import { Recorder } from '../core/recording/recorder';
import { helpOf } from '../core/recording/referenceHelp';
import { readVariations, verifyTarget } from '../core/recording/verify';
import { selectEngine } from '../core/sandbox/selectEngine';
import type { Target } from '../core/targets/target';
import { exitCodes } from './io';
import type { CliIo } from './io';
import { resolveTarget, targetHelp } from './targetArgument';

interface AuditOptions {
  readonly run?: true;
  readonly engine: string;
  readonly json?: true;
}

/** `mirrorcode audit TARGET`: the quality checks. */
export function registerAuditCommand(program: Command, io: CliIo): void {
  program
    .command('audit')
    .description('Look for what makes the cases of a target unfair, unstable or uninformative.')
    .argument('TARGET', targetHelp)
    .option(
      '--run',
      'run the reference again too: finds drift, flakes, slow cases, untouched options',
    )
    .option('--engine <NAME>', 'bubblewrap, docker or auto', 'auto')
    .option('--json', 'one JSON document on stdout')
    .addHelpText(
      'after',
      `
Exits with 1 when there is an error or a warning that no case answers with a
suppress header, as in: suppress: {"recall-only":"the docs name the algorithm"}
What speaks of the whole target is answered in answers.json beside mirrorcode.json,
and a gold row TARGET.jsonl in TARGET.answers.json beside it:
{"target":{"hidden-share":"all are small"},"cases":{"NAME":{"recall-only":"…"}}}

Examples:
  mirrorcode audit samples/numfmt
  mirrorcode audit samples/uuidparse --run --json`,
    )
    .action(async (text: string, options: AuditOptions) => {
      const target = await resolveTarget(io, text);
      const seen = options.run === true ? await runAgain(io, target, options.engine) : {};
      const report = await auditTarget(target, {
        signal: io.signal,
        onProgress: (progress) => io.progress(progress),
        ...seen,
      });
      io.progress(undefined);
      if (options.json === true) {
        io.json(toJson(report));
      } else {
        io.out(describe(report));
      }
      io.setExitCode(isClean(report) ? exitCodes.good : exitCodes.failed);
    });
}

async function runAgain(
  io: CliIo,
  target: Target,
  engineName: string,
): Promise<{ readonly verification: Map<string, Verification>; readonly help: string }> {
  const engine = await selectEngine(engineName, { distDir: io.distDir, signal: io.signal });
  try {
    const verified = await verifyTarget(target, engine, {
      vary: readVariations('all'),
      lanes: os.availableParallelism(),
      signal: io.signal,
      onProgress: (progress) => io.progress(progress),
    });
    const recorder = await Recorder.open(target, engine, { lanes: 1, signal: io.signal });
    const help = await helpOf(recorder).finally(() => recorder.dispose());
    return { verification: verifiedFacts(verified), help };
  } finally {
    await engine.dispose();
  }
}

function isOpen({ severity, suppressed }: Finding): boolean {
  return severity !== 'info' && suppressed === undefined;
}

function isClean({ findings, unreadable }: AuditReport): boolean {
  return unreadable.length === 0 && !findings.some(isOpen);
}

function toJson({ target, cases, findings, unreadable }: AuditReport): unknown {
  return {
    target,
    cases,
    findings: findings.map((finding) => {
      const { title, why, fix } = checkOf(finding);
      return { ...finding, title, why, fix };
    }),
    unreadable,
  };
}

/** Findings by check, with the reason and the remedy once each. */
function describe({ target, cases, findings, unreadable }: AuditReport): string {
  const lines = unreadable.map(({ problem }) => `error    ${problem}`);
  const byCheck = groupByCheck(findings);
  for (const group of byCheck.values()) {
    const [first] = group;
    if (first !== undefined) {
      const { id, title, why, fix } = checkOf(first);
      lines.push('', `${title} (${id})`, `  ${why}`, `  ${fix}`, ...group.map(line));
    }
  }
  const open = findings.filter(isOpen).length;
  const notes = findings.filter(({ severity }) => severity === 'info').length;
  const answered = findings.filter(({ suppressed }) => suppressed !== undefined).length;
  lines.push(
    '',
    `${target}: ${cases} cases, ${open} to look at, ${notes} notes, ${answered} answered.`,
  );
  return `${lines.join('\n').trimStart()}\n`;
}

function line({ severity, cases, message, suppressed }: Finding): string {
  const where = cases[0] === undefined ? '' : `${cases[0]}: `;
  const answer = suppressed === undefined ? '' : ` (answered: ${suppressed})`;
  return `    ${severity.padEnd(8)} ${where}${message}${answer}`;
}

/** In the order in which the checks first found something. */
function groupByCheck(findings: readonly Finding[]): Map<string, Finding[]> {
  const groups = new Map<string, Finding[]>();
  for (const finding of findings) {
    groups.set(finding.check, [...(groups.get(finding.check) ?? []), finding]);
  }
  return groups;
}
