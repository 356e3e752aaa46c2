import { h, toolButton } from './dom';
import { icons } from './icons';
import { visibleText } from './plainText';

const mostShown = 3;

/** What could not be read of the file, above the events, until somebody puts it away. */
export class Notice {
  readonly element = h('div', { class: 'band notice', role: 'status', hidden: true });
  private shown = '';

  show(sentences: readonly string[]): void {
    const all = [...new Set(sentences)];
    const more = all.length - mostShown;
    const text = [
      ...all.slice(0, mostShown),
      ...(more > 0 ? [`And ${more} more: mirrorcode transcript info lists them.`] : []),
    ].join(' ');
    if (text === this.shown) {
      return;
    }
    this.shown = text;
    this.element.hidden = text === '';
    this.element.replaceChildren(
      h('span', { class: 'notice-text' }, visibleText(text)),
      h('span', { class: 'spacer' }),
      toolButton(icons.close, 'Close this notice', () => (this.element.hidden = true)),
    );
  }
}
