import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { UserError } from '../../../../src/core/errors';
import { busyboxImage, importBusybox } from '../../../support/engines/busyboxImage';
import { busyboxMounts, busyboxSpec, script, text } from '../../../support/engines/busyboxSandbox';
import { proxyEngine } from '../../../support/engines/proxy';
import type { DockerRig } from './dockerRig';

/** Images that people name: the reference is hidden in them, and missing ones are told. */
export function imagesSuite(rig: DockerRig): void {
  suite('images', () => {
    const reference = '#!/bin/sh\necho I am the reference\n';
    let referencePath: string;

    suiteSetup(async () => {
      referencePath = path.join(rig.folder, 'secret');
      await writeFile(referencePath, reference, { mode: 0o755 });
      await importBusybox(rig.docker, {
        'usr/bin/secret': 'another version',
        'srv/data.bin': reference,
        'usr/bin/alias': reference,
        'opt/tool': '#!/bin/sh\necho tool\n',
      });
    });

    const find = (sought: string) =>
      script(
        `find / -type f -not -path "/proc/*" -not -path "/sys/*" -size -2 2>/dev/null |` +
          ` while read f; do [ "$(cat "$f" 2>/dev/null)" = "$(cat /work/sought)" ] && [ "$f" != /work/sought ] && echo "$f"; done;` +
          ` find / -name secret -not -path "/proc/*" -size +0 2>/dev/null; secret; /opt/tool`,
        {
          files: [
            {
              kind: 'file',
              path: 'sought',
              mode: 0o644,
              content: { kind: 'bytes', bytes: Buffer.from(sought) },
            },
          ],
        },
      );

    test('the reference is in an image under no name, and the rest of it works', async () => {
      const open = await rig.engine.create(busyboxSpec({ image: busyboxImage, mounts: [] }));
      const seen = text((await open.exec(find(reference))).stdout);
      await open.dispose();
      assert.match(seen, /\/srv\/data\.bin/, 'the search itself does not find it');

      const said: string[] = [];
      const hidden = await rig.engine.create(
        busyboxSpec({
          image: busyboxImage,
          mounts: [],
          forbidden: [{ path: referencePath, command: 'secret' }],
        }),
        { onProgress: (message) => said.push(message) },
      );
      try {
        const result = await hidden.exec(find(reference));
        assert.equal(text(result.stdout), 'tool\n');
        assert.ok(said.some((line) => line.includes('/srv/data.bin')));
        assert.match(hidden.imageDigest ?? '', /sha256:/);
      } finally {
        await hidden.dispose();
      }
    });

    test('a reference that only an image holds is hidden where that image is used', async () => {
      for (const program of ['/srv/data.bin', 'alias']) {
        const hidden = await rig.engine.create(
          busyboxSpec({
            image: busyboxImage,
            mounts: [],
            forbidden: [{ path: program, command: 'secret', image: busyboxImage }],
          }),
        );
        try {
          const result = await hidden.exec(find(reference));
          assert.equal(text(result.stdout), 'tool\n', program);
        } finally {
          await hidden.dispose();
        }
      }
      await assert.rejects(
        rig.engine.create(
          busyboxSpec({
            image: busyboxImage,
            mounts: [],
            forbidden: [{ path: 'nowhere', command: 'nowhere', image: busyboxImage }],
          }),
        ),
        /has no nowhere, which is the reference/,
      );
    });

    test('a copy of the reference in a candidate is hidden, mounted or copied', async () => {
      const candidate = path.join(rig.folder, 'cheat');
      await mkdir(candidate);
      await writeFile(path.join(candidate, 'stolen'), reference, { mode: 0o755 });
      await writeFile(path.join(candidate, 'own'), '#!/bin/sh\necho own\n', { mode: 0o755 });
      const mount = { source: candidate, target: '/candidate' };
      const forbidden = [{ path: referencePath, command: 'secret' }];
      const look = script('/candidate/stolen; cat /candidate/stolen; /candidate/own');
      const proxy = await proxyEngine(rig.testEngine.socketPath);
      const far = rig.newEngine(proxy.host);
      const cases = [
        { from: rig.engine, spec: { mounts: [...busyboxMounts(), mount], forbidden } },
        { from: rig.engine, spec: { image: busyboxImage, mounts: [mount], forbidden } },
        { from: far, spec: { image: busyboxImage, mounts: [mount], forbidden } },
      ];
      try {
        for (const { from, spec } of cases) {
          const made = await from.create(busyboxSpec(spec));
          assert.equal(text((await made.exec(look)).stdout), 'own\n');
          await made.dispose();
        }
      } finally {
        await far.dispose();
        proxy.cut();
      }
    });

    test('an engine elsewhere gets its files copied, and they go with the sandbox', async () => {
      const proxy = await proxyEngine(rig.testEngine.socketPath);
      const far = rig.newEngine(proxy.host);
      const candidate = path.join(rig.folder, 'candidate');
      await mkdir(path.join(candidate, 'deep'), { recursive: true });
      await writeFile(path.join(candidate, 'deep', 'main'), '#!/bin/sh\necho candidate $1\n', {
        mode: 0o755,
      });
      const images = async () => (await rig.docker.listImages({ all: true })).length;
      const before = await images();
      try {
        const status = await far.probe();
        assert.ok(status.works);
        assert.match(status.warnings.join(), /images are used instead/);
        const elsewhere = await far.create(
          busyboxSpec({
            image: busyboxImage,
            mounts: [{ source: candidate, target: '/candidate' }, ...busyboxMounts()],
          }),
        );
        const result = await elsewhere.exec(script('/candidate/deep/main 1; echo > /candidate/x'));
        assert.equal(text(result.stdout), 'candidate 1\n');
        assert.notEqual(text(result.stderr), '');
        await elsewhere.dispose();
        assert.equal(await images(), before);
        await assert.rejects(
          far.create(busyboxSpec()),
          (error) => error instanceof UserError && error.action !== undefined,
        );
      } finally {
        await far.dispose();
        proxy.cut();
      }
    });

    test('an image is built from a Dockerfile; its volumes are scratch', async () => {
      const context = path.join(rig.folder, 'docker');
      await mkdir(context);
      await writeFile(path.join(context, 'greeting'), 'hello\n');
      await writeFile(
        path.join(context, 'Dockerfile'),
        `FROM ${busyboxImage}\nENV TOOL_HOME=/opt/x\nCOPY greeting /opt/greeting\nVOLUME /data/\n`,
      );
      const built = await rig.engine.create(busyboxSpec({ image: `build:${context}`, mounts: [] }));
      try {
        assert.equal(built.imageEnv?.['TOOL_HOME'], '/opt/x');
        const line = 'cat /opt/greeting; ls /data; echo x > /data/x; ls /data';
        for (let run = 0; run < 2; run++) {
          assert.equal(text((await built.exec(script(line))).stdout), 'hello\nx\n');
        }
      } finally {
        await built.dispose();
      }
      await writeFile(path.join(context, 'Dockerfile'), 'FROM nowhere.invalid/nothing\n');
      await assert.rejects(
        rig.engine.create(busyboxSpec({ image: `build:${context}`, mounts: [] })),
        (error) => error instanceof UserError && /can't be built/.test(error.message),
      );
    });

    test('an image that can not be had says how to get it', async () => {
      const missing = 'localhost/mirrorcode-nothing:1';
      await assert.rejects(
        rig.engine.create(busyboxSpec({ image: missing, mounts: [] })),
        (error) =>
          error instanceof UserError &&
          error.message.includes(missing) &&
          error.action?.includes(`docker pull ${missing}`) === true,
      );
    });

    test('a multi-call program that contains the reference is hidden in an image', async () => {
      // The shell goes too: an image of one busybox has nothing else. So this looks from outside.
      await importBusybox(rig.docker);
      const said: string[] = [];
      const hidden = await rig.engine.create(
        busyboxSpec({
          image: busyboxImage,
          mounts: [],
          forbidden: [{ path: '/usr/bin/sed', command: 'sed' }],
        }),
        { onProgress: (message) => said.push(message) },
      );
      try {
        assert.match(said.join('\n'), /Hiding .*\/bin\/busybox/);
        const { status } = await hidden.exec(script('echo no'));
        assert.equal(status.kind, 'unstartable');
      } finally {
        await hidden.dispose();
      }
    });
  });
}
