import assert from 'node:assert/strict';
import { type AddressInfo, createServer, type Server } from 'node:net';
import path from 'node:path';
import type { HostileRig } from './hostileRig';
import { text } from './hostileRig';

/** What lies outside of the sandbox: other machines, and the host. */
export function outsideSuite(rig: HostileRig): void {
  suite('the network', () => {
    let tcp: Server;
    let unix: Server;
    const socketName = `host-of-${process.pid}`;
    let reached = 0;

    suiteSetup(async () => {
      const answerAll = (server: Server) =>
        server.on('connection', (socket) => {
          reached += 1;
          socket.end('reached');
        });
      tcp = answerAll(createServer());
      unix = answerAll(createServer());
      await new Promise<void>((resolve) => tcp.listen(0, '::', resolve));
      await new Promise<void>((resolve) => unix.listen(`\0${socketName}`, resolve));
    });
    suiteTeardown(() => {
      tcp.close();
      unix.close();
    });

    test('nobody is reached, by any kind of address', async () => {
      const { port } = tcp.address() as AddressInfo;
      const result = await rig.python('network.py', [String(port), socketName]);
      const { interfaces, ...attempts } = rig.answerOf(result) as Record<string, string> & {
        interfaces: string[];
      };
      for (const [what, outcome] of Object.entries(attempts)) {
        assert.match(outcome, /Error|timed out|gaierror/, `${what}: ${outcome}`);
      }
      // No address of these families can even be spoken of.
      for (const family of ['vsock', 'packet', 'netlink']) {
        assert.match(attempts[family] ?? '', /\[Errno (97|1)\]/, family);
      }
      assert.deepEqual(
        interfaces.filter(
          (one) =>
            !/^(lo|sit0|tunl0|ip6tnl0|gre0|gretap0|erspan0|ip6gre0|ip_vti0|ip6_vti0)$/.test(one),
        ),
        [],
      );
      assert.equal(reached, 0);
    });
  });

  suite('what is the host’s', () => {
    test('nothing of it can be read', async () => {
      const paths = [path.join(rig.secretFolder, 'secret'), path.resolve('package.json')];
      const { found, shadow } = rig.answerOf(
        await rig.python('read.py', [rig.secret, '"name": "mirrorcode-workbench"', ...paths]),
      ) as { found: string[]; shadow: string[] };
      assert.deepEqual(found, []);
      assert.deepEqual(shadow, []);
    });

    test('no command line inside names a path of the host', async () => {
      const { stdout } = await rig.shell(
        'for f in /proc/[0-9]*/cmdline /proc/[0-9]*/environ; do cat $f 2>/dev/null; echo; done',
      );
      assert.doesNotMatch(text(stdout), new RegExp(`${rig.programs.folder}|${process.cwd()}`));
    });

    test('nothing can be written but the run’s own folders', async () => {
      const wrote = rig.answerOf(await rig.python('write.py')) as string[];
      const own = /^(\/work|\/tmp|\/home|\/dev\/shm|\/dev\/mqueue)(\/|$)/;
      assert.deepEqual(
        wrote.filter((one) => !own.test(one)),
        [],
      );
      assert.ok(wrote.includes('/work'));
    });
  });
}
