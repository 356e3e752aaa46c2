import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import type { OracleNote } from '../../../src/core/agents/oracle/oracle';
import { startRun } from '../../../src/core/agents/run/startRun';
import { Workbench } from '../../../src/core/agents/run/workbench';
import type { ShellResult } from '../../../src/core/agents/workspace';
import { readContent } from '../../../src/core/cases/content';
import { goodCandidate, hiddenMark, referenceMark } from '../../support/runs/mirrorTarget';
import { bash, create, engineKinds, eventsOf, RunRig, testLimits } from '../../support/runs/runRig';

const MiB = 2 ** 20;

/** Does what the original does, where nothing is left of the agent's own sandbox. */
const findsNothing = `import os, sys
places = ["/tmp/left", "/dev/shm/left", "/workdir", os.path.expanduser("~/left")]
found = [place for place in places if os.path.exists(place)]
if "LEFT" in os.environ:
    found.append("LEFT")
for pid in filter(str.isdigit, os.listdir("/proc")):
    try:
        if b"leftdaemon" in open(f"/proc/{pid}/cmdline", "rb").read():
            found.append("daemon")
    except OSError:
        pass
if found:
    sys.exit(f"left: {found}")
${goodCandidate}`;

/** Writes what looks like the end of a good case to whatever is open. */
const liar = `import os, struct
frames = b"".join(
    struct.pack("<IBI", 4 + len(rest), kind, id) + rest
    for id in range(8)
    for kind, rest in [(65, b"a,b\\n"), (71, b"\\0" * 64)]
)
for fd in [*range(3, 64)]:
    try:
        os.write(fd, frames)
    except OSError:
        pass
for pid in filter(str.isdigit, os.listdir("/proc")):
    for fd in range(16):
        try:
            with open(f"/proc/{pid}/fd/{fd}", "wb", 0) as file:
                if pid != str(os.getpid()) and pid != "self":
                    file.write(frames)
        except OSError:
            pass
`;

/** A call of the reference as no stub makes it, with a file that its loader would obey in /etc. */
function forgedCall(cwd: string): string {
  return `
import socket, struct
def string(text):
    return struct.pack("<I", len(text)) + text
def frame(kind, payload):
    return struct.pack("<IBI", 4 + len(payload), kind, 0) + payload
def strings(*texts):
    return struct.pack("<I", len(texts)) + b"".join(map(string, texts))
peer = socket.socket(socket.AF_UNIX)
peer.connect("\\0mirrorcode-oracle")
head = struct.pack("<II", 2, 18) + string(b"${cwd}") + strings(b"mirror", b"read", b"ld.so.preload") + strings()
peer.sendall(frame(1, head))
peer.sendall(frame(69, b"\\0" + struct.pack("<IQ", 0o644, 5) + string(b"ld.so.preload") + string(b"")))
peer.sendall(frame(70, b"mine\\n") + frame(4, struct.pack("<I", 0)))
answer = b""
while piece := peer.recv(65536):
    answer += piece
print(answer.decode("latin1"))`;
}

for (const kind of engineKinds) {
  suite(`what an agent may try, on ${kind}`, function () {
    this.timeout(120_000);
    let rig: RunRig;
    let bench: Workbench;
    const notes: OracleNote[] = [];
    const shell = (command: string, timeoutMs = 30_000): Promise<ShellResult> =>
      bench.workspace.shell(command, { timeoutMs, outputLimit: 64 * 1024 });
    const output = async (command: string, timeoutMs?: number) =>
      (await shell(command, timeoutMs)).output;

    const benchParts = () => ({
      target: rig.target,
      language: 'python' as const,
      engine: rig.engine,
      files: [],
      onCall: (note: OracleNote) => {
        notes.push(note);
      },
      signal: new AbortController().signal,
      limits: testLimits,
    });

    suiteSetup(async function () {
      rig = await RunRig.start(kind, this);
      bench = await Workbench.open(benchParts());
    });
    suiteTeardown(async () => {
      await (bench as Workbench | undefined)?.dispose();
      await (rig as RunRig | undefined)?.dispose();
    });

    test('the reference answers and is nowhere to be found', async () => {
      assert.equal(await output('mirror --mark'), `${referenceMark}\n`);
      assert.equal(
        await output(
          `grep -rlsaF ${referenceMark.slice(0, 12)} / --exclude-dir=proc --exclude-dir=sys`,
        ),
        '',
      );
      assert.equal(
        await output(`grep -rlsaF ${hiddenMark} / --exclude-dir=proc --exclude-dir=sys`),
        '',
      );
    });

    test('it cannot be had to print itself, nor be given code to run', async () => {
      for (const file of ['/reference/bin/mirror', '/proc/self/exe', '/proc/self/mem']) {
        assert.match(await output(`mirror read ${file}`), /mirror: no|^$|^mirrorcode/u, file);
      }
      assert.equal(
        await output('ln -s /reference/bin/mirror it; mirror read it; rm it'),
        'mirror: no it\n',
      );
      assert.equal(await output('LD_PRELOAD=/x.so mirror show LD_PRELOAD'), '-\n');
      assert.equal(await output('MIRROR_MODE=7 mirror show MIRROR_MODE'), '7\n');
    });

    test('nor to show its memory, at whatever place and by whatever name', async () => {
      const first = 0x400000;
      for (const file of ['/proc/self/mem', '/proc/1/mem', '/proc/self/task/1/mem']) {
        for (let at = first; at < first + 0x6000; at += 0x1000) {
          const seen = (await shell(`mirror peek ${file} ${at} | tr -d '\\0'`)).output;
          assert.doesNotMatch(seen, /MARK-OF/u, `${file} at ${at}`);
        }
      }
      // The same question is answered where there is nothing to hide.
      assert.equal(await output('echo abcdef > it; mirror peek it 2; rm it'), 'cdef\n');
    });

    test('nor where it lies in an image', async function () {
      if (kind !== 'docker') {
        return this.skip();
      }
      const folder = path.join(rig.folder, 'image');
      const root = path.join(rig.folder, 'root');
      await mkdir(folder);
      await mkdir(path.join(root, 'usr/bin'), { recursive: true });
      const source = path.join(rig.target.path, 'mirror.c');
      execFileSync('gcc', ['-w', '-static', '-o', path.join(root, 'real'), source]);
      await symlink('../../../real', path.join(root, 'usr/bin/mirror'));
      execFileSync('tar', ['-cf', path.join(folder, 'root.tar'), '-C', root, 'real', 'usr']);
      await writeFile(path.join(folder, 'Dockerfile'), 'FROM scratch\nADD root.tar /\n');
      const reference = { image: `build:${folder}`, argv0: 'mirror', prefixArgs: [], needs: [] };
      const other = await Workbench.open({
        ...benchParts(),
        target: { ...rig.target, reference },
      });
      try {
        const ask = async (command: string) =>
          (await other.workspace.shell(command, { timeoutMs: 30_000, outputLimit: 10_000 })).output;
        assert.equal(await ask('mirror --mark'), `${referenceMark}\n`);
        for (const file of ['/usr/bin/mirror', '/real', '/proc/self/exe']) {
          const seen = await ask(`mirror read ${file}`);
          assert.match(seen.slice(-200), /mirror: no \S+\n$/u, file);
        }
      } finally {
        await other.dispose();
      }
    });

    test('nor to take files for its own system, from a caller that forges its folder', async () => {
      const forged = ['/tmp/../etc', '/workdir/../../etc', '/tmp/..', '/home/../lib', 'etc', ''];
      for (const cwd of forged) {
        const answer = await output(`python3 - <<'EOF'\n${forgedCall(cwd)}\nEOF`);
        // It stands in its usual folder, where the file is nobody's but its own.
        assert.match(answer, /mine\n/u, JSON.stringify([cwd, answer]));
      }
      assert.match(await output('mirror read /etc/ld.so.preload'), /^mirror: no/u);
    });

    test('bytes, files, signals and exit codes come through as they are', async () => {
      assert.equal(
        await output(
          'head -c 300000 /dev/urandom > in; mirror < in | cmp - <(tr a-z A-Z < in) && echo same',
        ),
        'same\n',
      );
      assert.equal(
        await output('mirror make new; cat new; mirror read new; rm new'),
        'made\nmade\n',
      );
      assert.equal((await shell("mirror $'a\\xff' | od -An -tx1")).output, ' 61 ff 0a\n');
      assert.match(await output('mirror abort; echo $?'), /134\n$/u);
      assert.match(await output('mirror read none; echo $?'), /mirror: no none\n2\n/u);
      assert.equal(await output('yes a | mirror | head -2'), 'A\nA\n');
      assert.equal(notes.at(-1)?.argv[0], 'mirror');
    });

    test('there is no network and no host', async () => {
      const listener = createServer().listen(0, '127.0.0.1');
      await once(listener, 'listening');
      const { port } = listener.address() as AddressInfo;
      try {
        assert.match(
          await output(`exec 9<>/dev/tcp/127.0.0.1/${port} && echo in`),
          /refused|Cannot assign|unreachable/u,
        );
      } finally {
        listener.close();
      }
      assert.equal(
        await output('cat /proc/1/environ /root/.bashrc 2>/dev/null; ls /root /work/* 2>/dev/null'),
        '',
      );
    });

    test('a snapshot has what changed and what did not', async () => {
      const contents = async () => {
        const files = await bench.workspace.candidate();
        const texts = files.map(async (file) =>
          file.kind === 'file'
            ? `${file.path}=${Buffer.from(await readContent(file.content)).toString()}`
            : file.path,
        );
        return Promise.all(texts);
      };
      await output('mkdir -p src/a src/.git; echo 1 > src/a/old; echo 2 > src/other; sleep 0.2');
      assert.deepEqual(await contents(), ['a', 'a/old=1\n', 'other=2\n']);
      await output('echo 3 > src/a/new; rm src/other');
      assert.deepEqual(await contents(), ['a', 'a/new=3\n', 'a/old=1\n']);
      assert.deepEqual(await contents(), ['a', 'a/new=3\n', 'a/old=1\n']);
      await output('rm -r src/*');
      assert.deepEqual(await contents(), []);
    });

    test('the server cannot be read or traced; killed, it costs the agent its own shell', async () => {
      await output('mkdir -p src; echo kept > src/kept; keep=1');
      await bench.workspace.candidate();
      const pid = (await output('pgrep -of "runner agent"')).trim();
      assert.match(
        await output(`cat /proc/${pid}/mem /proc/${pid}/environ; ls /proc/${pid}/fd`),
        /denied/u,
      );
      assert.match((await shell(`kill -9 ${pid}; sleep 10`)).output, /workspace was restarted/u);
      assert.equal(await output('cat src/kept; echo "[$keep]"; mirror a'), 'kept\n[]\na\n');
    });

    test('a fork bomb, a full disk and a hungry process end, and the shell goes on', async () => {
      const bomb = await shell('f() { f | f & }; f; sleep 60', 1500);
      assert.equal(bomb.exit.kind, 'timeout');
      assert.equal(await output('echo alive; cat src/kept'), 'alive\nkept\n');
      assert.match(
        await output('head -c 500M /dev/zero > full; rm full; echo $?'),
        /(No space left|File size limit)[^]*0\n/u,
      );
      const eaten = await output(`python3 -c 'x = b"x" * (900 << 20)'; echo "ended $?"`);
      assert.match(eaten, /ended 1(37)?\n|restarted/u);
      assert.match(await output('echo alive'), /alive/u);
    });

    test('a time-out ends what hangs, and output is bounded', async () => {
      assert.equal((await shell('sleep 100 & sleep 100', 300)).exit.kind, 'timeout');
      const flood = await shell('yes | head -c 50M; echo the end');
      assert.ok(flood.output.length < 70_000);
      assert.match(flood.output, /the end\n$/u);
      assert.equal(flood.cutFrom, 50 * MiB + 8);
    });

    test('what is no source does not come into the candidate, nor hang who looks at it', async () => {
      await output(
        'cd src && rm -rf * && echo ok > good && mkfifo pipe && truncate -s 60M big1 big2 big3 big4 big5; ' +
          'ln -s /proc/1/environ out; ln -s /dev/zero zero; ln good hard; mknod dev c 1 5; ' +
          'echo secret > closed; chmod 0 closed; chmod u+s good; cd ..',
      );
      await assert.rejects(bench.workspace.candidate(), /too large/u);
      await output('rm src/big*');
      const found = await bench.workspace.candidate();
      assert.deepEqual(
        found.map(({ kind: what, path: file }) => `${what} ${file}`),
        ['file closed', 'file good', 'file hard', 'link out', 'link zero'],
      );
      await output('chmod 600 src/closed; rm -rf src/*');
    });

    test('nothing that it leaves behind is there when its program is scored', async () => {
      rig.play([
        {
          calls: [
            bash(
              'echo 1 | tee /tmp/left /dev/shm/left ~/left ~/.pythonrc.py >/dev/null; ' +
                'site=$(python3 -c "import site; print(site.getusersitepackages())"); ' +
                'mkdir -p "$site"; echo "open(\'/tmp/left\', \'w\')" > "$site/usercustomize.py"; ' +
                'echo "export LEFT=1" >> ~/.profile; export LEFT=1; ' +
                '(setsid sleep 1000 leftdaemon >/dev/null 2>&1 &); touch /workdir/left',
            ),
          ],
        },
        { calls: [create('mirror/__main__.py', findsNothing), create('mirror/__init__.py', '')] },
      ]);
      const { dir, state } = await rig.run();
      const answers = (await eventsOf(dir)).filter((event) => event.event === 'tool');
      assert.deepEqual([state.status, state.solved], ['done', true], answers.at(-1)?.result);
    });

    test('a verdict that a program writes itself is none', async () => {
      rig.play([{ calls: [create('mirror/__main__.py', liar), create('mirror/__init__.py', '')] }]);
      const { state } = await rig.run({}, { submitGate: 'none' });
      assert.deepEqual([state.status, state.solved, state.score?.['all']], ['done', false, 0]);
    });

    test('a program that wraps the original passes nothing, whatever is done to the cases', async () => {
      const wrapper =
        'import os, subprocess, sys\n' +
        'copy = os.path.join(os.path.dirname(__file__), "mirror")\n' +
        'for program in ["mirror", copy]:\n' +
        '    try:\n' +
        '        if subprocess.run([program, *sys.argv[1:]]).returncode == 0: break\n' +
        '    except OSError: pass\n';
      rig.play([
        {
          calls: [
            bash(
              'cd /workdir && chmod -R u+w . ; : > cases.jsonl; mkdir -p src/mirror && cd src && ' +
                `touch mirror/__init__.py && cp "$(command -v mirror)" mirror/mirror && printf '%s' '${wrapper}' > mirror/__main__.py && ` +
                'python3 -m mirror a b',
            ),
          ],
        },
      ]);
      const budget = { tokens: 400 };
      const { dir, state } = await startRun(
        { target: rig.target, language: 'python', budget },
        await rig.host(),
      );
      const [wrapped, refused] = (await eventsOf(dir)).filter((event) => event.event === 'tool');
      assert.equal(wrapped?.result, 'a,b\n', 'the wrapper does not even work in the workspace');
      assert.match(String(refused?.result), /^Not submitted: 0 of 3 visible test cases pass/u);
      assert.deepEqual([state.status, state.end?.kind], ['done', 'limit']);
      assert.deepEqual([state.score?.['all'], state.solved], [0, false]);
    });
  });
}
