import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { OracleEnvironment } from '../../../src/core/agents/oracle/oracleEnvironment';
import type { Case } from '../../../src/core/cases/case';
import { emptyContent } from '../../../src/core/cases/case';
import type { Target } from '../../../src/core/targets/target';

suite('agents: which variables the reference is given', () => {
  test('the usual ones, those of visible cases and of the docs; nothing that brings code along', async () => {
    const docs = await mkdtemp(path.join(os.tmpdir(), 'mirrorcode-docs-'));
    try {
      await writeFile(
        path.join(docs, 'manual.md'),
        'Set TOOL_MODE. LD_PRELOAD, PYTHONPATH, TOOL_PLUGIN_PATH and NODE_OPTIONS work too.',
      );
      const one = (name: string, labels: string[], env: Record<string, string>): Case => ({
        name,
        labels,
        duals: [],
        input: { args: [], env, stdin: emptyContent, files: [] },
      });
      const cases = [one('a', [], { SEEN: '1' }), one('b', ['hidden'], { UNSEEN: '1' })];
      const environment = await OracleEnvironment.of({
        docs,
        store: {
          async *readAll() {
            yield* await Promise.resolve(cases);
          },
        },
      } as unknown as Target);
      for (const name of ['TZ', 'LC_NUMERIC', 'TOOL_MODE', 'SEEN']) {
        assert.ok(environment.passes(name), name);
      }
      const kept = ['LD_PRELOAD', 'PYTHONPATH', 'TOOL_PLUGIN_PATH', 'NODE_OPTIONS', 'PATH', 'HOME'];
      for (const name of [...kept, 'UNSEEN', 'ANYTHING', 'BASH_ENV', 'GCONV_PATH']) {
        assert.ok(!environment.passes(name), name);
      }
    } finally {
      await rm(docs, { recursive: true });
    }
  });
});
