import type { Script, ScriptedAnswer } from '../modelServer/modelServer';
import { goodCandidate } from './mirrorTarget';

/** Tokens of context at which the conversation of the script is summarised. */
export const compactAt = 50_000;

const bash = (cmd: string) => ({ name: 'bash', arguments: { cmd, timeout: 30 } });
const call = (name: string) => ({ name, arguments: {} });
const create = (file: string, text: string) => ({
  name: 'text_editor',
  arguments: { command: 'create', path: `/workdir/src/${file}`, file_text: text },
});

/** Until the conversation is summarised. */
const early: readonly ScriptedAnswer[] = [
  { calls: [bash('for word in a b; do mirror $word x | tr , -; done; mirror <<<hello')] },
  { calls: [create('mirror/__main__.py', 'print()\n'), create('mirror/__init__.py', '')] },
  { calls: [call('evaluate_testcases')] },
  {
    calls: [bash('cd /workdir/src && for n in {1..40}; do echo $n > note$n.txt; done; ls | wc -l')],
  },
  { text: 'Now for the real thing.', calls: [create('mirror/__main__.py', goodCandidate)] },
  { calls: [call('resources')], usage: { input: compactAt, output: 20 } },
];

const late: readonly ScriptedAnswer[] = [
  { text: 'I remember.' },
  { calls: [call('evaluate_testcases'), call('evaluate_testcases')] },
  { calls: [bash('rm -f /workdir/src/note*[05].txt; ls /workdir/src | wc -l'), bash('mirror z')] },
  { calls: [create('notes.md', 'It joins, or shouts.\n'.repeat(2000))] },
  {
    calls: [
      bash('head -c 20000 /dev/zero | tr "\\0" x'),
      bash('cd /workdir && python3 -m src.mirror'),
    ],
  },
  { calls: [call('submit')] },
];

/**
 * A solution in many steps, with every tool and a summary in between. It goes by the conversation
 * alone, and does again what was under way when its workspace was lost.
 */
export const longScript: Script = ({ messages, tools }) => {
  if (tools.length === 0) {
    return { text: 'It joins, or shouts.', usage: { input: 1000, output: 50 } };
  }
  const summarised = messages.some((message) => said(message).includes('This is a summary of'));
  let done = 0;
  let isLost = false;
  for (const message of messages) {
    if (message['role'] === 'assistant') {
      done += Number(!isLost);
      isLost = false;
    }
    isLost ||= message['role'] === 'tool' && said(message).includes('workspace was restarted');
  }
  done -= Number(isLost);
  return (summarised ? late : early)[done] ?? { calls: [call('submit')] };
};

function said(message: Record<string, unknown>): string {
  return JSON.stringify(message['content']);
}
