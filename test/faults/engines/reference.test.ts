import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import {
  chmod,
  copyFile,
  link,
  mkdir,
  mkdtemp,
  readFile,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pinnedEnvironment } from '../../../src/core/sandbox/environment';
import type { Engine, ExecResult, SandboxSpec } from '../../../src/core/sandbox/sandbox';
import {
  buildSpec,
  candidateSpec,
  referenceProgram,
  referenceSpec,
} from '../../../src/core/sandbox/specs';
import type { Target } from '../../../src/core/targets/target';
import { startBubblewrap } from '../../support/engines/bubblewrap';

const MiB = 1024 * 1024;

/** As much of a target as the specs of its sandboxes read. */
function targetWith(referencePath: string, needs: readonly string[] = []): Target {
  return {
    name: path.basename(referencePath),
    title: '',
    path: '/nowhere',
    reference: { path: referencePath, prefixArgs: [], needs },
    languages: { python: { build: '', run: [] }, c: { build: '', run: [] } },
    limits: { timeout: 60, memory: 512 * MiB, processes: 32, output: MiB, fileSize: 16 * MiB },
    profile: 'exact',
    store: undefined as never,
  };
}

suite('the reference', function () {
  this.timeout(120_000);
  let engine: Engine;
  let folder = '';
  const reference = '/usr/bin/sed';

  suiteSetup(async function () {
    engine = await startBubblewrap(this);
    folder = await mkdtemp(path.join(tmpdir(), 'reference-'));
  });

  suiteTeardown(async () => {
    await (engine as Engine | undefined)?.dispose();
    if (folder !== '') {
      await rm(folder, { recursive: true, force: true });
    }
  });

  async function runIn(
    spec: SandboxSpec,
    program: string,
    args: readonly string[],
  ): Promise<ExecResult> {
    const sandbox = await engine.create(spec);
    try {
      return await sandbox.exec({
        program,
        argv0: path.basename(program),
        args,
        env: pinnedEnvironment(),
        cwd: '/work',
        files: [],
        stdin: Buffer.from('one\n'),
        umask: 0o022,
        limits: spec.limits ?? targetWith(reference).limits,
        collectOutputs: true,
      });
    } finally {
      await sandbox.dispose();
    }
  }

  async function seek(spec: SandboxSpec, sought: string): Promise<string[]> {
    const bytes = await readFile(sought);
    const hash = createHash('sha256').update(bytes).digest('hex');
    const tools: SandboxSpec = {
      ...spec,
      mounts: [...spec.mounts, { source: path.resolve('test/fixtures/hostile'), target: '/seek' }],
    };
    const name = path.basename(sought);
    const result = await runIn(tools, 'python3', [
      '/seek/seek.py',
      name,
      String(bytes.length),
      hash,
    ]);
    assert.deepEqual(
      result.status,
      { kind: 'exit', code: 0 },
      Buffer.from(result.stderr).toString(),
    );
    return JSON.parse(Buffer.from(result.stdout).toString()) as string[];
  }

  test('is nowhere in a candidate’s sandboxes, under any name', async () => {
    const candidate = path.join(folder, 'candidate');
    await mkdir(path.join(candidate, 'deep/er'), { recursive: true });
    await copyFile(reference, path.join(candidate, 'deep/er/innocent.dat'));
    await chmod(path.join(candidate, 'deep/er/innocent.dat'), 0o644);
    await link(path.join(candidate, 'deep/er/innocent.dat'), path.join(candidate, 'linked'));
    await symlink('linked', path.join(candidate, 'pointed'));
    if (existsSync('/usr/bin/busybox')) {
      await copyFile('/usr/bin/busybox', path.join(candidate, 'tool'));
    }
    await writeFile(path.join(candidate, 'sed'), '#!/usr/bin/python3\nprint("mine")\n', {
      mode: 0o755,
    });
    const target = targetWith(reference);
    const spec = await candidateSpec(target, 'python', candidate, 1);
    assert.deepEqual(await seek(spec, reference), []);
    const open = { ...spec, forbidden: [] };
    const seen = await seek(open, reference);
    for (const one of ['/candidate/deep/er/innocent.dat', '/candidate/linked']) {
      assert.ok(seen.includes(one), `the search itself does not find ${one}`);
    }
    const own = await runIn(spec, '/candidate/sed', []);
    assert.equal(Buffer.from(own.stdout).toString(), 'mine\n', 'its own program was hidden');
    assert.deepEqual(await seek(await buildSpec(target, 'python'), reference), []);
  });

  test('is hidden where the toolchain itself has it', async () => {
    const spec = await buildSpec(targetWith('/usr/bin/cp'), 'python');
    assert.ok(spec.mounts.some(({ target }) => target === '/usr/bin/cp'));
    assert.deepEqual(await seek(spec, '/usr/bin/cp'), []);
    assert.ok((await seek({ ...spec, forbidden: [] }, '/usr/bin/cp')).includes('/usr/bin/cp'));
  });

  test('programs that hide below /usr/lib are not in a sandbox', async () => {
    const spec = await buildSpec(targetWith(reference), 'c');
    const shown = spec.mounts.map(({ target }) => target);
    for (const outside of ['/usr', '/usr/bin', '/usr/lib', '/usr/lib/x86_64-linux-gnu', '/etc']) {
      assert.equal(shown.includes(outside), false, outside);
    }
    assert.equal(
      shown.some((one) => /git-core|klibc|initramfs|dist-packages/.test(one)),
      false,
    );
  });

  test('runs in its own sandbox wherever it lies, without its neighbours', async () => {
    const home = path.join(folder, 'home/me/bin');
    await mkdir(home, { recursive: true });
    await copyFile(reference, path.join(home, 'sed-of-mine'));
    await chmod(path.join(home, 'sed-of-mine'), 0o755);
    await writeFile(path.join(home, 'neighbour'), 'secret');
    await chmod(path.join(folder, 'home'), 0o700);
    const target = targetWith(path.join(home, 'sed-of-mine'));
    const spec = await referenceSpec(target, 1);
    const result = await runIn(spec, referenceProgram(target), ['s/one/two/']);
    assert.equal(
      Buffer.from(result.stdout).toString(),
      'two\n',
      Buffer.from(result.stderr).toString(),
    );
    assert.equal(
      spec.mounts.some(({ source }) => source === home),
      false,
    );
  });

  test('may be a script with an interpreter, and programs and folders that it needs', async () => {
    const bin = path.join(folder, 'scripts');
    await mkdir(path.join(bin, 'data'), { recursive: true });
    await writeFile(path.join(bin, 'data/words'), 'from a folder\n');
    await writeFile(path.join(bin, 'helper'), '#!/bin/sh\necho from a helper\n', { mode: 0o755 });
    const scripts = {
      'in-python': `#!/usr/bin/env python3\nimport json, sys\nprint(json.dumps(sys.argv[1:]), open("${bin}/data/words").read().strip())\n`,
      'in-sh': `#!/bin/sh\nprintf '%s ' "$1" | sort; helper; cat ${bin}/data/words\n`,
      'in-perl': '#!/usr/bin/perl\nuse strict; use List::Util qw(sum); print sum(1, 2), "\\n";\n',
    };
    const expected = {
      'in-python': '["a"] from a folder\n',
      'in-sh': 'a \nfrom a helper\nfrom a folder\n',
      'in-perl': '3\n',
    };
    for (const [name, script] of Object.entries(scripts)) {
      await writeFile(path.join(bin, name), script, { mode: 0o755 });
      const needs = [path.join(bin, 'data'), path.join(bin, 'helper')];
      const target = targetWith(path.join(bin, name), needs);
      const result = await runIn(await referenceSpec(target, 1), referenceProgram(target), ['a']);
      const said = Buffer.from(result.stdout).toString().replace('a from', 'a \nfrom');
      assert.equal(
        said,
        expected[name as keyof typeof expected],
        Buffer.from(result.stderr).toString(),
      );
    }
  });

  test('an interpreter that is missing is a reason, not an exit code', async () => {
    const script = path.join(folder, 'odd');
    await writeFile(script, '#!/no/such/interpreter\n', { mode: 0o755 });
    await assert.rejects(referenceSpec(targetWith(script), 1), /no\/such\/interpreter/);
    const plain = await referenceSpec(targetWith(reference), 1);
    const spec = { ...plain, mounts: [...plain.mounts, { source: script, target: '/odd' }] };
    const { status } = await runIn(spec, '/odd', []);
    assert.ok(status.kind === 'unstartable', status.kind);
    assert.match(status.reason, /no\/such\/interpreter/);
  });
});
