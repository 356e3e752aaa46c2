import assert from 'node:assert/strict';
import { Temporary } from './support/temporary';
import { evalFile, event, toolEvent } from './support/inspectLog';

suite('What Inspect events show', () => {
  let files: Temporary;
  setup(() => {
    files = new Temporary();
  });
  teardown(() => files.dispose());

  test('a tool’s own view of a call, its parameters put in their places', async () => {
    const key = 'c'.repeat(32);
    const view = { title: 'bash in {{cwd}}', format: 'markdown', content: `attachment://${key}` };
    const args = { cmd: 'make $& test', cwd: '/w', count: 3 };
    const log = evalFile([
      {
        attachments: { [key]: '```bash\n{{cmd}} × {{count}} {{absent}}\n```\n' },
        events: [toolEvent(0, { id: 'c', tool: 'bash', args, more: { view } }, 'ok')],
      },
    ]);
    const transcript = await files.open(files.write('log.eval', log));
    const [call] = (await transcript.event(0, 0)).parts;
    assert.ok(call?.type === 'toolCall');
    assert.deepEqual(call.view, {
      title: 'bash in /w',
      format: 'markdown',
      content: '```bash\nmake $& test × 3 {{absent}}\n```\n',
    });
    assert.deepEqual(call.arguments, args);
  });

  test('a checkpoint says its number, why it was taken and how large it is', async () => {
    const taken = { checkpoint_id: 4, trigger: 'token', turn: 9, size_bytes: 245_385 };
    const log = evalFile([{ events: [event(0, 'checkpoint', taken)] }]);
    const transcript = await files.open(files.write('log.eval', log));
    const [summary] = await transcript.summaries(0, 0, 1);
    assert.equal(summary?.title, 'checkpoint 4 · trigger token · turn 9 · 0.2 MB');
  });

  test('earlier tries of a sample are told, since their events are not shown', async () => {
    const error_retries = [{ message: 'out of disk', traceback: '', events: [] }];
    const log = evalFile([{ events: [event(0, 'info', { data: 'x' })], more: { error_retries } }]);
    const transcript = await files.open(files.write('log.eval', log));
    const { unread, events } = await transcript.info();
    assert.equal(events, 1);
    assert.deepEqual(unread, [
      'An earlier try of this sample failed (out of disk); its events are not shown.',
    ]);
  });

  test('test runs and submits are marked in samples that have messages only', async () => {
    const called = (id: string, name: string) => ({
      role: 'assistant',
      content: '',
      tool_calls: [{ id, function: name, arguments: {}, type: 'function' }],
    });
    const messages = [
      { role: 'user', content: 'Go.' },
      called('a', 'evaluate_testcases'),
      {
        role: 'tool',
        tool_call_id: 'a',
        function: 'evaluate_testcases',
        content: '3/4 test cases passed',
      },
      called('b', 'submit'),
    ];
    const log = evalFile([{ events: [], messages }]);
    const transcript = await files.open(files.write('log.eval', log));
    await transcript.load(0);
    assert.deepEqual(
      (await transcript.markers(0)).map(({ type, ordinal, label }) => [type, ordinal, label]),
      [
        ['testRun', 2, '3/4'],
        ['submit', 3, 'submit'],
      ],
    );
    const rate = (await transcript.overview(0)).lanes.find(({ name }) => name === 'passRate');
    assert.deepEqual([...(rate?.values ?? [])], [0.75]);
  });
});
