import assert from 'node:assert/strict';
import type { EngineStatus } from '../../../src/core/sandbox/sandbox';
import { engineInUse, engineProblem } from '../../../src/extension/model/engineText';

suite('what is said of the engines', () => {
  const works: EngineStatus = { engine: 'bubblewrap', works: true, version: '0.8.0', warnings: [] };
  const broken: EngineStatus = {
    engine: 'docker',
    works: false,
    reason: 'nothing listens',
    action: 'Start it.',
  };

  test('the first that works is in use, and nothing is wrong', () => {
    assert.equal(engineInUse([broken, works], 'auto'), works);
    assert.equal(engineProblem([broken, works], 'auto'), undefined);
  });

  test('where a setting names one that does not work, the setting is at fault', () => {
    assert.equal(engineInUse([works, broken], 'docker'), undefined);
    assert.equal(
      engineProblem([works, broken], 'docker'),
      'The setting mirrorcode.engine names docker, which does not work here; bubblewrap does.',
    );
  });

  test('where none works nothing can be done', () => {
    assert.match(engineProblem([broken], 'auto') ?? '', /^No engine works here/u);
  });
});
