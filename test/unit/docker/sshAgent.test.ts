import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import http from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { sshAgent } from '../../../src/core/sandbox/docker/sshAgent';

/** Stands for `ssh`: keeps its arguments and joins its streams to a socket. */
const fakeSsh = (node: string) => `#!${node}
require('fs').writeFileSync(process.env.SSH_TEST + '/args', process.argv.slice(2).join(' '));
const socket = require('net').connect(process.env.SSH_TEST + '/engine.sock');
socket.on('error', (error) => { console.error(String(error)); process.exit(255); });
process.stdin.pipe(socket).pipe(process.stdout);
`;

suite('an engine reached over ssh', () => {
  let folder: string;
  const before = process.env['PATH'];

  setup(async function () {
    if (process.platform === 'win32') {
      this.skip();
    }
    folder = await mkdtemp(path.join(tmpdir(), 'ssh-'));
    await writeFile(path.join(folder, 'ssh'), fakeSsh(process.execPath), { mode: 0o755 });
    process.env['PATH'] = `${folder}:${before ?? ''}`;
    process.env['SSH_TEST'] = folder;
  });

  teardown(async () => {
    process.env['PATH'] = before;
    delete process.env['SSH_TEST'];
    await rm(folder, { recursive: true, force: true });
  });

  const get = () =>
    new Promise<string>((resolve, reject) => {
      const agent = sshAgent({ host: 'far', port: 2222, username: 'me' });
      const request = http.get({ agent, path: '/_ping', host: 'far' }, (response) => {
        let text = '';
        response.on('data', (chunk: Buffer) => (text += chunk.toString()));
        response.on('end', () => resolve(text));
      });
      request.once('error', reject);
    });

  test('is asked through the ssh of the person', async () => {
    const server = http.createServer((_, response) => response.end('OK'));
    server.listen(path.join(folder, 'engine.sock'));
    await once(server, 'listening');
    try {
      assert.equal(await get(), 'OK');
      assert.equal(
        await readFile(path.join(folder, 'args'), 'utf8'),
        '-o BatchMode=yes -p 2222 -- me@far docker system dial-stdio',
      );
    } finally {
      server.close();
    }
  });

  test('that can not be reached says what ssh said', async () => {
    await assert.rejects(get(), /ssh ended with 255: .*ENOENT/u);
  });
});
