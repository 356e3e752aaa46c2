import assert from 'node:assert/strict';
import { SceneFiles } from '../../../src/core/cases/exchange/suites/sceneFiles';

suite('cases: the files of a suite as its commands leave them', () => {
  test('with a folder goes what lies in it, files of unknown bytes too', async () => {
    const files = new SceneFiles({ folder: '/none', isWorkingFolder: false }, []);
    files.makeFolder('d');
    files.write('d/known', Buffer.from('x'));
    files.write('d/unknown', undefined);
    files.write('d2', undefined);
    files.removeAll('d');
    assert.equal(files.has('d/known'), false);
    assert.equal(files.has('d/unknown'), false);
    assert.equal(files.anyUnknown, 'd2');
    await files.stage('d/unknown');
    await assert.rejects(files.stage('d2'), /which another command wrote/u);
  });
});
