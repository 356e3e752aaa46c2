import assert from 'node:assert/strict';
import { MessageChannel } from 'node:worker_threads';
import type { MessagePort } from 'node:worker_threads';
import { CancelledError, InfraError, UserError } from '../../../src/core/errors';
import { RpcClient } from '../../../src/extension/engine/rpcClient';
import { serveCalls } from '../../../src/extension/engine/rpcServer';
import type { Handlers, Serving } from '../../../src/extension/engine/rpcServer';

interface Calls {
  add: { params: readonly number[]; result: number; event: never };
  count: { params: number; result: string; event: number };
  wait: { params: null; result: never; event: never };
  begin: { params: null; result: null; event: null };
  fail: { params: 'user' | 'infra' | 'bug'; result: never; event: never };
}

suite('calls between threads', () => {
  let ports: { port1: MessagePort; port2: MessagePort };
  let client: RpcClient<Calls>;
  let serving: Serving;
  let loaded: number;
  /** Resolves when the code of the later calls is there. */
  let load: () => Promise<void>;

  setup(() => {
    ports = new MessageChannel();
    loaded = 0;
    load = () => Promise.resolve();
    const first: Handlers<Omit<Calls, 'fail' | 'begin'>> = {
      add: (numbers) => Promise.resolve(numbers.reduce((a, b) => a + b, 0)),
      count: (to, { emit }) => {
        for (let i = 1; i <= to; i++) {
          emit(i);
        }
        return Promise.resolve('done');
      },
      wait: (_, { signal }) =>
        new Promise<never>((_resolve, reject) => {
          signal.addEventListener('abort', () => reject(new CancelledError()));
        }),
    };
    const later: Handlers<Pick<Calls, 'fail' | 'begin'>> = {
      fail: (kind) => {
        if (kind === 'user') {
          throw new UserError('Opening x failed.', { action: 'Look at y.' });
        }
        throw kind === 'infra' ? new InfraError('No engine.') : new TypeError('undefined is…');
      },
      begin: (_, { emit }) => {
        emit(null);
        return Promise.resolve(null);
      },
    };
    serving = serveCalls<Calls, keyof typeof first>(ports.port2, first, async () => {
      loaded++;
      await load();
      return later;
    });
    client = new RpcClient<Calls>(ports.port1);
  });

  teardown(() => {
    ports.port1.close();
  });

  test('answers come to the call that asked', async () => {
    assert.deepEqual(
      await Promise.all([
        client.call('add', [1, 2]),
        client.call('add', [3]),
        client.call('add', []),
      ]),
      [3, 3, 0],
    );
  });

  test('events come in order and before the result', async () => {
    const seen: (number | string)[] = [];
    seen.push(await client.call('count', 4, { onEvent: (n) => seen.push(n) }));
    assert.deepEqual(seen, [1, 2, 3, 4, 'done']);
  });

  test('a fired signal cancels the other end, and only its own call', async () => {
    const controller = new AbortController();
    const waiting = client.call('wait', null, { signal: controller.signal });
    controller.abort();
    await assert.rejects(waiting, CancelledError);
    assert.equal(await client.call('add', [2]), 2);
  });

  test('the code of later calls is loaded once, and no other call waits for it', async () => {
    let finish = () => {};
    load = () => new Promise((resolve) => (finish = resolve));
    assert.equal(await client.call('add', [1]), 1);
    assert.equal(loaded, 0, 'nobody has asked for it');
    const two = Promise.all([client.call('begin', null), client.call('begin', null)]);
    assert.equal(await client.call('add', [2]), 2);
    finish();
    assert.deepEqual(await two, [null, null]);
    assert.equal(loaded, 1);
  });

  test('a call that is cancelled while its code is loaded never begins', async () => {
    let finish = () => {};
    load = () => new Promise((resolve) => (finish = resolve));
    const controller = new AbortController();
    const begun: null[] = [];
    const { signal } = controller;
    const call = client.call('begin', null, { signal, onEvent: (event) => begun.push(event) });
    controller.abort();
    await client.call('add', [1]); // both messages have arrived
    finish();
    await assert.rejects(call, CancelledError);
    await client.call('begin', null);
    assert.deepEqual(begun, []);
  });

  test('a call that nothing answers is an error', async () => {
    const unknown = 'subtract' as 'add';
    await assert.rejects(client.call(unknown, [1]), /No call subtract/);
  });

  test('a signal fired beforehand never reaches the other end', async () => {
    await assert.rejects(
      client.call('wait', null, { signal: AbortSignal.abort() }),
      CancelledError,
    );
  });

  test('errors keep what a person is told', async () => {
    await assert.rejects(client.call('fail', 'user'), (error: unknown) => {
      assert.ok(error instanceof UserError && !(error instanceof InfraError));
      assert.equal(error.message, 'Opening x failed.');
      assert.equal(error.action, 'Look at y.');
      return true;
    });
    await assert.rejects(client.call('fail', 'infra'), InfraError);
    await assert.rejects(client.call('fail', 'bug'), (error: unknown) => {
      assert.ok(error instanceof Error && !(error instanceof UserError));
      assert.match(error.stack ?? '', /rpc\.test/);
      return true;
    });
  });

  test('what cannot cross is an error of its own call', async () => {
    const uncloneable = [() => 1] as unknown as number[];
    await assert.rejects(client.call('add', uncloneable), /could not be cloned/);
    assert.equal(await client.call('add', [1]), 1);
  });

  test('the other end can cancel all calls but one, and waits until they are over', async () => {
    const waiting = [client.call('wait', null), client.call('wait', null)];
    const cancelled = Promise.all(waiting.map((call) => assert.rejects(call, CancelledError)));
    await client.call('add', [1]); // the calls before it have arrived
    await serving.cancelOthers(new AbortController().signal);
    await cancelled;
  });

  test('closing settles every call, also later ones', async () => {
    const waiting = client.call('wait', null);
    client.close(new InfraError('The engine stopped.'));
    await assert.rejects(waiting, /The engine stopped/);
    await assert.rejects(client.call('add', [1]), /The engine stopped/);
  });
});
