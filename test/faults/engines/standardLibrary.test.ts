import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Workbench } from '../../../src/core/agents/run/workbench';
import { FolderStore } from '../../../src/core/cases/folderStore';
import { CancelledError } from '../../../src/core/errors';
import type { Engine } from '../../../src/core/sandbox/sandbox';
import { buildCandidate } from '../../../src/core/scoring/build';
import type { BuiltCandidate } from '../../../src/core/scoring/build';
import { readCandidate } from '../../../src/core/scoring/candidateSource';
import { standardLibrary } from '../../../src/core/scoring/standardLibrary';
import { languageSetup } from '../../../src/core/targets/languageDefaults';
import type { Target } from '../../../src/core/targets/target';
import { WorkFolder } from '../../../src/core/workFolder';
import { startBubblewrap } from '../../support/engines/bubblewrap';
import { findExecutable } from '../../support/host/findExecutable';

const MiB = 1024 * 1024;
const source = (word: string) =>
  `package main\n\nimport (\n\t"fmt"\n\t"os"\n\t"regexp"\n)\n\nfunc main() {\n` +
  `\tfmt.Println("${word}", regexp.MustCompile("a").FindString(os.Args[0]))\n}\n`;
/** Lists the packages that it compiles. */
const telling = languageSetup('go').build.replace('go build', 'go build -v');

function targetWith(build: string): Target {
  return {
    name: 'prog',
    title: '',
    path: '/nowhere',
    languages: { go: languageSetup('go', { build }) },
    limits: { timeout: 20, memory: 512 * MiB, processes: 64, output: MiB, fileSize: 16 * MiB },
    profile: 'exact',
    // An agent is given the cases; there are none.
    store: new FolderStore('/nowhere'),
  };
}

suite('a standard library that is compiled once', function () {
  this.timeout(600_000);
  let engine: Engine;
  let folder = '';
  let workFolder: WorkFolder;
  const messages: string[] = [];
  const onMessage = (message: string) => messages.push(message);

  suiteSetup(async function () {
    engine = await startBubblewrap(this);
    if (findExecutable(['go']) === undefined) {
      console.log('    Skipped: there is no Go here.');
      this.skip();
    }
    folder = await mkdtemp(path.join(tmpdir(), 'library-'));
    workFolder = new WorkFolder(folder);
  });
  suiteTeardown(async () => {
    await (engine as Engine | undefined)?.dispose();
    if (folder !== '') {
      await rm(folder, { recursive: true, force: true });
    }
  });
  setup(() => {
    messages.length = 0;
  });

  const request = (build = telling) => ({
    ...{ target: targetWith(build), language: 'go' as const, engine, workFolder, onMessage },
  });

  async function build(
    word: string,
    line?: string,
  ): Promise<{ made: BuiltCandidate; log: string }> {
    const candidate = path.join(folder, 'candidate');
    await mkdir(candidate, { recursive: true });
    await writeFile(path.join(candidate, 'main.go'), source(word));
    const log = path.join(folder, 'build.log');
    const made = await buildCandidate(request(line), await readCandidate(candidate), log);
    return { made, log: await readFile(log, 'utf8') };
  }

  /** Every byte of what is kept. */
  async function kept(): Promise<string> {
    const hash = createHash('sha256');
    const names = await readdir(workFolder.libraries, { recursive: true, withFileTypes: true });
    const files = names.filter((entry) => entry.isFile());
    for (const file of files.map((entry) => path.join(entry.parentPath, entry.name)).sort()) {
      hash.update(file).update(await readFile(file));
    }
    return hash.digest('hex');
  }

  test('leaves nothing when it is cancelled', async () => {
    const controller = new AbortController();
    const work = standardLibrary({
      ...request(),
      signal: controller.signal,
      onMessage: () => setImmediate(() => controller.abort()),
    });
    await assert.rejects(work, CancelledError);
    assert.deepEqual(await readdir(workFolder.libraries), []);
  });

  test('is made by one of two who want it at once, and told of once', async () => {
    const [first, second] = await Promise.all([
      standardLibrary(request()),
      standardLibrary(request()),
    ]);
    assert.ok(first !== undefined);
    assert.deepEqual(second, first);
    assert.deepEqual(messages, ['Preparing Go’s standard library, once for all candidates…']);
    assert.equal((await readdir(workFolder.libraries)).length, 1);
  });

  test('is compiled by no build any more', async () => {
    const { made, log } = await build('one');
    assert.equal(made.result.ok, true, log);
    assert.doesNotMatch(log, /^(runtime|fmt|regexp)$/mu);
    assert.match(log, /^prog$/mu);
    assert.deepEqual(messages, []);
  });

  test('stays as it is whatever a candidate does to its own', async () => {
    const before = await kept();
    const own = '"$HOME"/.cache/go-build';
    const { log } = await build(
      'two',
      [
        'for f in /opt/go-library/0?/*; do echo x >> $f || :; rm -f $f; mv $f $f.old; done',
        `cd ${own} && for f in 0?/*; do echo x >> $f; rm $f; echo poison > $f; done; cd /candidate`,
        'chmod -R 777 /opt/go-library; rm -rf /opt/go-library; cp /bin/sh "$OUT"',
      ].join('\n'),
    );
    assert.match(log, /Read-only file system/u);
    assert.equal(await kept(), before);
    const { made, log: after } = await build('three');
    assert.equal(made.result.ok, true, after);
    assert.doesNotMatch(after, /^(runtime|fmt|regexp)$/mu);
  });

  test('is used by an agent, who keeps what it compiles besides', async () => {
    const bench = await Workbench.open({
      ...request(),
      files: [
        {
          kind: 'file',
          path: 'main.go',
          mode: 0o644,
          content: {
            kind: 'bytes',
            bytes: Buffer.from(
              source('four')
                .replace('"os"', '"net"\n"os"')
                .replace('func main() {', 'func main() {\n_ = net.FlagUp\n'),
            ),
          },
        },
        {
          kind: 'file',
          path: 'go.mod',
          mode: 0o644,
          content: { kind: 'bytes', bytes: Buffer.from('module prog\n') },
        },
      ],
      onCall: () => undefined,
      signal: new AbortController().signal,
    });
    try {
      const run = async (command: string) =>
        (await bench.workspace.shell(command, { timeoutMs: 300_000, outputLimit: MiB })).output;
      const first = await run(
        'echo $?; cd /workdir/src && go build -v -o /tmp/prog . && /tmp/prog',
      );
      assert.match(first, /^0$/mu);
      assert.match(first, /^four a?$/mu);
      assert.match(first, /^net$/mu);
      assert.doesNotMatch(first, /^(runtime|fmt|regexp)$/mu);
      assert.doesNotMatch(await run('echo "// more" >> main.go; go build -v .'), /^net$/mu);
    } finally {
      await bench.dispose();
    }
  });
});
