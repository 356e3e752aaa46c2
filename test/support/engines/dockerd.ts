import { existsSync } from 'node:fs';
import path from 'node:path';
import { startDaemon } from './daemon';
import { findExecutable } from '../host/findExecutable';
import { lackOf } from './hostTools';
import { getOverSocket, type TestEngineResult } from './testEngine';

/**
 * A real Docker engine: the one that `DOCKER_HOST` or the usual socket names, else a `dockerd` of the
 * test's own, without bridge and firewall rules, so that the host's network stays as it is.
 */
export async function startDockerEngine(): Promise<TestEngineResult> {
  const present = await findRunningDocker();
  if (present !== undefined) {
    return {
      engine: {
        kind: 'docker',
        socketPath: present,
        description: `the Docker engine at ${present}`,
        dispose: () => Promise.resolve(),
      },
    };
  }
  if (process.platform !== 'linux') {
    return { missing: 'no Docker engine answers, and only on Linux can the test start one' };
  }
  const missing = lackOf(['dockerd', 'containerd', 'runc'], ['docker.io']);
  if (missing !== undefined) {
    return { missing: `no Docker engine: ${missing}` };
  }
  if (process.getuid?.() !== 0) {
    return { missing: 'no Docker engine answers, and starting dockerd needs root' };
  }
  return startDaemon({
    kind: 'docker',
    description: 'a dockerd of the test',
    command: (folder, socketPath) => [
      findExecutable(['dockerd']) ?? 'dockerd',
      '--data-root',
      path.join(folder, 'data'),
      '--exec-root',
      path.join(folder, 'exec'),
      '--pidfile',
      path.join(folder, 'docker.pid'),
      '--host',
      `unix://${socketPath}`,
      '--bridge=none',
      '--iptables=false',
      '--ip6tables=false',
      '--ip-forward=false',
      '--ip-masq=false',
    ],
  });
}

async function findRunningDocker(): Promise<string | undefined> {
  const named = /^unix:\/\/(.+)$/.exec(process.env['DOCKER_HOST'] ?? '')?.[1];
  for (const socketPath of [named, '/var/run/docker.sock']) {
    if (socketPath === undefined || !existsSync(socketPath)) {
      continue;
    }
    const version = await getOverSocket(socketPath, '/version').catch(() => '');
    if (version !== '' && !version.includes('Podman Engine')) {
      return socketPath;
    }
  }
  return undefined;
}
