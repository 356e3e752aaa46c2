import '../ui/theme.css';
import './transcript.css';
import './rail.css';
import './detail.css';
import { MessageChannel } from '../../src/protocol/messages';
import { trusted } from '../../src/protocol/parsers';
import type { Opened, TranscriptHost, TranscriptView } from '../../src/protocol/transcript';
import { connectHost } from '../ui/host';
import { h, textButton } from './dom';
import { visibleText } from './plainText';
import { ReplayApp } from './replayApp';

const host = connectHost();
const channel = new MessageChannel<TranscriptView, TranscriptHost>(host.port, {
  requests: {},
  events: {
    progress: trusted(),
    hits: trusted(),
    commentsChanged: trusted(),
    reopened: trusted(),
    reveal: trusted(),
    failed: trusted(),
  },
});
let app: ReplayApp | undefined;
channel.on('reopened', () => void reopen());
void open();

async function open(): Promise<void> {
  document.body.replaceChildren(
    blank(
      h('h1', {}, 'Opening the transcript…'),
      textButton('Cancel', () => channel.send('cancelLoading', undefined)),
    ),
  );
  try {
    const opened = await ask();
    if (opened.samples.length === 0) {
      fail({
        message: 'This log holds no samples yet.',
        action: 'It is shown here as soon as its run has written some.',
      });
      return;
    }
    app = new ReplayApp(channel, host, opened, fail);
    document.body.replaceChildren(app.element);
    await app.start();
  } catch (error) {
    fail(error);
  }
}

async function reopen(): Promise<void> {
  if (app === undefined) {
    await open();
    return;
  }
  try {
    await app.reopen(await ask());
  } catch (error) {
    fail(error);
  }
}

function ask(): Promise<Opened> {
  return channel.request('open', undefined, { timeoutMs: Number.POSITIVE_INFINITY });
}

/** Instead of a blank: what went wrong, and what can be done about it. */
function fail(problem: unknown): void {
  app?.dispose();
  app = undefined;
  const { message, action } = textsOf(problem);
  document.body.replaceChildren(
    blank(
      h('h1', {}, 'This transcript cannot be shown'),
      h('p', { role: 'alert' }, visibleText(message)),
      action === undefined ? '' : h('p', {}, visibleText(action)),
      h(
        'div',
        { class: 'form-row' },
        h('button', { class: 'button', type: 'button', onclick: () => void open() }, 'Try Again'),
        textButton('Open as text', () => channel.send('reopenAsText', undefined)),
      ),
    ),
  );
}

function blank(...children: readonly (Node | string)[]): HTMLElement {
  return h('main', { class: 'blank', id: 'blank' }, ...children);
}

function textsOf(problem: unknown): { message: string; action: string | undefined } {
  const known = typeof problem === 'object' && problem !== null ? problem : {};
  const text = (name: string) => {
    const value: unknown = Reflect.get(known, name);
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
  return { message: text('message') ?? String(problem), action: text('action') };
}
