import assert from 'node:assert/strict';
import type { EngineStatus } from '../../../src/core/sandbox/sandbox';
import {
  diagnosisLines,
  engineInUse,
  engineProblem,
} from '../../../src/extension/model/engineText';

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

  test('the doctor says of each engine and each toolchain whether it works, and what to do', () => {
    assert.deepEqual(
      diagnosisLines({
        engines: [works, broken],
        engine: 'bubblewrap',
        toolchains: [
          { language: 'go', works: true, version: 'go version go1.24' },
          { language: 'ada', works: false, reason: 'gnatmake is missing.', action: 'Install it.' },
        ],
      }),
      [
        'bubblewrap works: 0.8.0.',
        'docker does not work: nothing listens.',
        '  Start it.',
        'Toolchains, as tried in bubblewrap:',
        'Go works: go version go1.24.',
        'Ada does not work: gnatmake is missing.',
        '  Install it.',
      ],
    );
    assert.equal(
      diagnosisLines({ engines: [broken], toolchains: [] }).at(-1),
      'No toolchain was tried, since nothing runs outside of a sandbox.',
    );
  });
});
