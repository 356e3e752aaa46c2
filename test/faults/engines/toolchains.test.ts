import assert from 'node:assert/strict';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { UserError } from '../../../src/core/errors';
import { pinnedEnvironment } from '../../../src/core/sandbox/environment';
import type { Engine, SandboxSpec } from '../../../src/core/sandbox/sandbox';
import { buildSpec, candidateSpec } from '../../../src/core/sandbox/specs';
import {
  candidatePath,
  expand,
  outFolder,
  outPath,
} from '../../../src/core/scoring/candidatePaths';
import { languageSetup } from '../../../src/core/targets/languageDefaults';
import type { Language, Target } from '../../../src/core/targets/target';
import { startBubblewrap } from '../../support/engines/bubblewrap';

const MiB = 1024 * 1024;
const name = 'prog';

/** A program of each language that uses some of its standard library. */
const programs: Readonly<Record<Language, { file: string; source: string; says: string }>> = {
  python: {
    file: 'prog/__main__.py',
    source:
      'import bz2, ctypes, curses, decimal, hashlib, lzma, readline, sqlite3, ssl, sys, uuid, zlib, zoneinfo\n' +
      'print("hi é", sys.argv[1:], zoneinfo.ZoneInfo("Europe/Paris"))\n',
    says: "hi é ['a'] Europe/Paris\n",
  },
  c: {
    file: 'main.c',
    source:
      '#include <locale.h>\n#include <math.h>\n#include <stdio.h>\n#include <wchar.h>\n' +
      'int main(int c, char **v) { puts(setlocale(LC_ALL, "")); printf("%.3f %s %lc\\n", sqrt(c), v[1], 0xe9); }\n',
    says: 'C.UTF-8\n1.414 a é\n',
  },
  go: {
    file: 'main.go',
    source: 'package main\nimport ("fmt"; "os")\nfunc main() { fmt.Println("hi", os.Args[1:]) }\n',
    says: 'hi [a]\n',
  },
  rust: {
    file: 'main.rs',
    source: 'fn main() { println!("hi {:?}", std::env::args().skip(1).collect::<Vec<_>>()); }\n',
    says: 'hi ["a"]\n',
  },
  ocaml: {
    file: 'main.ml',
    source: 'let () = print_endline (Str.global_replace (Str.regexp "x") Sys.argv.(1) "hi x")\n',
    says: 'hi a\n',
  },
  ada: {
    file: 'prog.adb',
    source:
      'with Ada.Text_IO; with Ada.Command_Line;\nprocedure prog is\nbegin\n' +
      '   Ada.Text_IO.Put_Line ("hi " & Ada.Command_Line.Argument (1));\nend prog;\n',
    says: 'hi a\n',
  },
};

suite('toolchains of this machine', function () {
  this.timeout(300_000);
  let engine: Engine;
  let folder = '';

  suiteSetup(async function () {
    engine = await startBubblewrap(this);
    folder = await mkdtemp(path.join(tmpdir(), 'toolchain-'));
  });
  suiteTeardown(async () => {
    await (engine as Engine | undefined)?.dispose();
    if (folder !== '') {
      await rm(folder, { recursive: true, force: true });
    }
  });

  for (const [language, { file, source, says }] of Object.entries(programs) as [
    Language,
    (typeof programs)[Language],
  ][]) {
    test(`${language} builds and runs`, async function () {
      const setup = languageSetup(language, {});
      const target: Target = {
        name,
        title: '',
        path: '/nowhere',
        languages: { [language]: setup },
        limits: { timeout: 20, memory: 512 * MiB, processes: 64, output: MiB, fileSize: 16 * MiB },
        profile: 'exact',
        store: undefined as never,
      };
      let spec: SandboxSpec;
      try {
        spec = await buildSpec(target, language);
      } catch (error) {
        assert.ok(error instanceof UserError, String(error));
        console.log(`    Skipped: ${error.message} ${error.action ?? ''}`);
        this.skip();
      }
      const candidate = path.join(folder, language);
      await mkdir(path.dirname(path.join(candidate, file)), { recursive: true });
      await mkdir(path.join(candidate, outFolder));
      await writeFile(path.join(candidate, file), source);
      const build = await engine.create(spec);
      const built = await build.exec({
        program: '/bin/sh',
        argv0: 'sh',
        args: ['-c', setup.build],
        env: pinnedEnvironment({ PROGRAM: name, OUT: outPath(name), SOURCES: file }),
        cwd: candidatePath,
        files: [
          {
            kind: 'file',
            path: file,
            mode: 0o644,
            content: { kind: 'bytes', bytes: Buffer.from(source) },
          },
          { kind: 'dir', path: outFolder, mode: 0o755 },
        ],
        stdin: new Uint8Array(0),
        umask: 0o022,
        limits: {
          timeout: 280,
          memory: 4096 * MiB,
          processes: 1024,
          output: MiB,
          fileSize: 2048 * MiB,
        },
        collectOutputs: true,
      });
      await build.dispose();
      assert.deepEqual(
        built.status,
        { kind: 'exit', code: 0 },
        Buffer.from(built.stderr).toString(),
      );
      for (const output of built.outputs) {
        if (output.kind === 'file' && output.content.kind === 'bytes') {
          const at = path.join(candidate, output.path);
          await mkdir(path.dirname(at), { recursive: true });
          await writeFile(at, output.content.bytes);
          await chmod(at, output.mode);
        }
      }
      // As a folder of root's would be: the sandbox's user is another.
      await chmod(candidate, 0o700);
      const sandbox = await engine.create(await candidateSpec(target, language, candidate, 1));
      const [program = '', ...prefix] = setup.run.map((part) => expand(part, name));
      const env = Object.entries(setup.env ?? {}).map(([key, value]) => [key, expand(value, name)]);
      const result = await sandbox.exec({
        program,
        argv0: program,
        args: [...prefix, 'a'],
        env: pinnedEnvironment(Object.fromEntries(env) as Record<string, string>),
        cwd: '/work',
        files: [],
        stdin: new Uint8Array(0),
        umask: 0o022,
        limits: target.limits,
        collectOutputs: true,
      });
      await sandbox.dispose();
      assert.equal(Buffer.from(result.stderr).toString(), '');
      assert.equal(Buffer.from(result.stdout).toString(), says);
      const shell = await engine.create(await candidateSpec(target, language, candidate, 1));
      const none = await shell.exec({
        program: '/bin/sh',
        argv0: 'sh',
        args: ['-c', 'echo a shell'],
        env: pinnedEnvironment(),
        cwd: '/work',
        files: [],
        stdin: new Uint8Array(0),
        umask: 0o022,
        limits: target.limits,
        collectOutputs: true,
      });
      await shell.dispose();
      assert.equal(none.status.kind, 'unstartable', 'a candidate has a shell');
    });
  }
});
