import { spawnSync } from 'node:child_process';
import { findExecutable } from '../../test/support/host/findExecutable';
import type { Need } from './needs';

/**
 * Installs the Debian packages of those needs that are not met, saying so before. What can't be
 * installed is said too, and left to whoever needs it to skip.
 * @returns a sentence for each need that stays unmet.
 */
export function ensureNeeds(needs: readonly Need[], say: (line: string) => void): string[] {
  const unmet = () => needs.filter((need) => !need.isMet());
  const missing = unmet();
  if (missing.length === 0) {
    return [];
  }
  const packages = [...new Set(missing.flatMap((need) => need.packages))];
  const why = missing.map(({ what }) => what).join('; ');
  const apt = aptCommand();
  if (apt === undefined) {
    say(`Missing: ${why}. Installing it needs apt-get and root or sudo, which are not here.`);
  } else {
    say(`Installing system packages with apt-get: ${packages.join(' ')}\n  (${why})`);
    runApt(apt, packages, say);
  }
  return unmet().map(({ what, packages: names }) => `${what} (apt-get install ${names.join(' ')})`);
}

function runApt(
  apt: readonly string[],
  packages: readonly string[],
  say: (line: string) => void,
): void {
  // What is there stays: another Docker's packages, say, with which Debian's are at odds.
  const install = ['install', '-y', '-qq', '--no-install-recommends', '--no-remove', ...packages];
  for (const args of [['update', '-qq'], install]) {
    const [program = '', ...prefix] = apt;
    const { status, stdout, stderr } = spawnSync(program, [...prefix, ...args], {
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
      stdio: ['ignore', 'pipe', 'pipe'],
      encoding: 'utf8',
      maxBuffer: 1 << 26,
    });
    if (status !== 0) {
      const tail = `${stdout}${stderr}`.trim().split('\n').slice(-5).join('\n');
      say(`apt-get ${args[0] ?? ''} failed:\n${tail}`);
    }
  }
}

/** apt-get as it may be called here: as root, or through a sudo that asks for no password. */
function aptCommand(): readonly string[] | undefined {
  const apt = findExecutable(['apt-get']);
  if (apt === undefined || process.platform !== 'linux') {
    return undefined;
  }
  if (process.getuid?.() === 0) {
    return [apt];
  }
  const keep = '--preserve-env=DEBIAN_FRONTEND';
  return spawnSync('sudo', ['-n', 'true']).status === 0 ? ['sudo', '-n', keep, apt] : undefined;
}
