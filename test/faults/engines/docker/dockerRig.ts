import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type Docker from 'dockerode';
import { connectToEngine } from '../../../../src/core/sandbox/docker/connect';
import { DockerEngine } from '../../../../src/core/sandbox/docker/dockerEngine';
import { ownerLabel } from '../../../../src/core/sandbox/docker/owner';
import type { Sandbox } from '../../../../src/core/sandbox/sandbox';
import { buildDist } from '../../../support/engines/builtDist';
import { busyboxSpec } from '../../../support/engines/busyboxSandbox';
import type { TestEngine } from '../../../support/engines/testEngine';

/** A real engine brought up for its tests, ours on top of it, and one sandbox that they share. */
export class DockerRig {
  docker!: Docker;
  distDir!: string;
  engine!: DockerEngine;
  sandbox!: Sandbox;
  /** For files of the tests; goes with the rig. */
  folder!: string;
  testEngine!: TestEngine;

  async setUp(testEngine: TestEngine): Promise<void> {
    this.testEngine = testEngine;
    const connection = await connectToEngine(testEngine.socketPath);
    assert.ok('docker' in connection);
    this.docker = connection.docker;
    this.distDir = buildDist();
    this.folder = await mkdtemp(path.join(tmpdir(), 'docker-faults-'));
    this.engine = this.newEngine(testEngine.socketPath);
    this.sandbox = await this.engine.create(busyboxSpec());
  }

  newEngine(host: string): DockerEngine {
    return new DockerEngine({ host, distDir: this.distDir });
  }

  /** The ids of all containers that are ours. */
  async containers(): Promise<readonly string[]> {
    const filters = { label: [ownerLabel] };
    const all = await this.docker.listContainers({ all: true, filters });
    return all.map(({ Id }) => Id);
  }

  /** @throws AssertionError when a container outlived its engine. */
  async tearDown(): Promise<void> {
    try {
      await this.engine.dispose();
      const left = await this.docker.listContainers({ all: true });
      assert.deepEqual(
        left.map(({ Command, State, Status, Labels }) => ({ Command, State, Status, Labels })),
        [],
        'containers are left',
      );
    } finally {
      await this.testEngine.dispose();
      await rm(this.folder, { recursive: true, force: true });
    }
  }
}
