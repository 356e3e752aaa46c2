import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { chooseAgent } from '../../../src/core/agents/program/chooseAgent';
import { commandLine, dummyKey } from '../../../src/core/agents/program/commandLine';
import { packageMounts, packageOf } from '../../../src/core/agents/program/packageMounts';

suite('agents that are programs: how they are found and started', () => {
  test('of a package only it and what it needs is shown', async () => {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'packages-'));
    try {
      const modules = path.join(folder, 'node_modules');
      const install = async (name: string, needs: readonly string[]) => {
        const dependencies = Object.fromEntries(needs.map((need) => [need, '1']));
        await mkdir(path.join(modules, name, 'bin'), { recursive: true });
        const text = JSON.stringify({ name, optionalDependencies: dependencies });
        await writeFile(path.join(modules, name, 'package.json'), text);
      };
      await install('@a/agent', ['@a/agent-linux', '@a/agent-other']);
      await install('@a/agent-linux', []);
      await install('secret', []);
      const home = await packageOf(path.join(modules, '@a/agent/bin/agent.js'));
      assert.equal(home, path.join(modules, '@a/agent'));
      assert.deepEqual(
        (await packageMounts(home, '/opt/m')).map(({ target }) => target),
        ['/opt/m/@a/agent', '/opt/m/@a/agent-linux'],
      );
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  test('a command line is filled in as words of the shell, and the key is a stand-in', () => {
    const line = commandLine(
      { env: { KEY: '{key}' }, path: ['/opt/bin'] },
      '{program} {prompt} {x}',
      {
        program: '/opt/bin/a',
        model: 'm',
        baseUrl: 'http://127.0.0.1:1',
        prompt: "it's $(rm)",
        promptFile: '/f',
        sessionId: 's',
        workspace: '/w',
      },
    );
    assert.match(
      line,
      new RegExp(`export KEY=${dummyKey}\n/opt/bin/a 'it'\\\\''s \\$\\(rm\\)' \\{x\\}`),
    );
  });

  test('one that is known can be changed, and one that is not needs a command line', () => {
    const codex = chooseAgent('codex', {}, { program: '/mine/codex', resume: undefined });
    assert.deepEqual([codex.program, codex.api, codex.name], ['/mine/codex', 'openai', 'codex']);
    assert.ok(codex.resume !== undefined && codex.session !== undefined);
    assert.throws(() => chooseAgent('nobody', {}), /no agent "nobody"/u);
    assert.equal(chooseAgent('mine', {}, { command: 'x' }).command, 'x');
  });
});
