import type { AuditedCase, Check, HostFacts } from '../finding';

/** Names shorter than this stand in too many honest outputs (`root`, `me`). */
const shortestName = 5;

export const leakedHost: Check = {
  id: 'host-in-gold',
  title: 'Gold names this machine, a path or the day',
  why: 'A candidate on another machine, in another folder or on another day can not give these bytes.',
  fix: 'Pin what the output depends on (working folder, TZ, a fixed date in the input), or drop the case.',
  *run({ cases, host }) {
    for (const audited of cases) {
      for (const part of ['stdout', 'stderr'] as const) {
        const leak = leaks(audited, part, host);
        if (leak !== undefined) {
          yield {
            severity: 'warning',
            cases: [audited.source.name],
            part,
            message: `${part} contains ${leak}`,
          };
        }
      }
    }
  },
};

/** What of this machine stands in the output without having been in the input. */
function leaks(
  audited: AuditedCase,
  part: 'stdout' | 'stderr',
  host: HostFacts,
): string | undefined {
  const output = audited.text[part];
  const { args, env, files } = audited.source.input;
  const given = [
    ...args,
    ...Object.values(env),
    audited.text.stdin,
    ...files.map((f) => f.path),
    audited.files,
  ].join('\n');
  const has = (text: string) => output.includes(text) && !given.includes(text);
  // A name inside a longer word is another word.
  const hasName = (name: string) =>
    name.length >= shortestName &&
    has(name) &&
    new RegExp(`(?<![\\w-])${escapePattern(name)}(?![\\w-])`, 'u').test(output);
  const year = host.today.slice(0, 4);
  const candidates: [boolean, string][] = [
    [hasName(host.hostname), `the host's name (${host.hostname})`],
    [hasName(host.home), `the home folder (${host.home})`],
    [hasName(host.user), `the user's name (${host.user})`],
    [has(`${host.temporaryDirectory}/`), `a path below ${host.temporaryDirectory}`],
    [has('/reference/'), 'the path of the reference in its sandbox'],
    [has(host.today), `today's date (${host.today})`],
    [clockTime(output, given, year), 'a date and time of this year'],
    [
      /0x[0-9a-f]{9,16}\b/iu.test(output) && !/0x[0-9a-f]{9,16}\b/iu.test(given),
      'what looks like a memory address',
    ],
  ];
  return candidates.find(([found]) => found)?.[1];
}

function escapePattern(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/]/gu, '\\$&');
}

function clockTime(output: string, given: string, year: string): boolean {
  const stamp = new RegExp(
    `\\b${year}-\\d\\d-\\d\\d[T ]\\d\\d:\\d\\d|\\d\\d:\\d\\d:\\d\\d [A-Z ]*${year}\\b`,
    'u',
  );
  return stamp.test(output) && !given.includes(year);
}
