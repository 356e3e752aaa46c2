import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { startDaemon } from './daemon';
import { findExecutable } from '../host/findExecutable';
import { lackOf } from './hostTools';
import type { TestEngineResult } from './testEngine';

/**
 * A real Podman service of the test's own. It uses runc, since crun refuses a host that has both
 * versions of control groups mounted.
 */
export async function startPodmanEngine(): Promise<TestEngineResult> {
  if (process.platform !== 'linux') {
    return { missing: 'only on Linux can the test start a Podman service' };
  }
  const missing = lackOf(['podman', 'conmon', 'runc'], ['podman', 'conmon', 'runc']);
  if (missing !== undefined) {
    return { missing: `no Podman: ${missing}` };
  }
  if (process.getuid?.() !== 0) {
    return { missing: 'starting a Podman service with limits needs root' };
  }
  const podman = (folder: string) => [
    findExecutable(['podman']) ?? 'podman',
    '--root',
    path.join(folder, 'root'),
    '--runroot',
    path.join(folder, 'run'),
    '--tmpdir',
    path.join(folder, 'tmp'),
    '--storage-driver=overlay',
    '--cgroup-manager=cgroupfs',
    '--runtime=runc',
    '--events-backend=file',
  ];
  return startDaemon({
    kind: 'podman',
    description: 'a Podman service of the test',
    command: (folder, socketPath) => [
      ...podman(folder),
      'system',
      'service',
      '--time=0',
      `unix://${socketPath}`,
    ],
    beforeEnd: (folder) => {
      const [program = '', ...args] = podman(folder);
      spawnSync(program, [...args, 'rm', '-fa', '-t', '0']);
    },
  });
}
