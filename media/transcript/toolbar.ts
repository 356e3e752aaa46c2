import { h, toolButton, icon } from './dom';
import { clockText, costText, countText, durationText, tokensText } from './format';
import { icons } from './icons';
import type { Player } from './player';
import { speeds } from './player';
import { visibleText } from './plainText';
import type { Replay } from './replay';

export interface ToolbarActions {
  readonly search: () => void;
  readonly filter: () => void;
  readonly outline: () => void;
  readonly detail: () => void;
  readonly comments: () => void;
  readonly cases: () => void;
  readonly collapse: () => void;
  readonly goTo: () => void;
  readonly help: () => void;
  readonly sample: (sample: number) => void;
}

/** Play, place, totals and the parts of the view. */
export class Toolbar {
  readonly element = h('div', { class: 'toolbar', role: 'toolbar', 'aria-label': 'Replay' });
  private readonly play: HTMLButtonElement;
  private readonly place: HTMLButtonElement;
  private readonly totals = h('span', { class: 'totals quiet' });
  private readonly progress = h('div', {
    class: 'progress',
    role: 'progressbar',
    'aria-label': 'Indexing',
    hidden: true,
  });
  private readonly cancel: HTMLButtonElement;
  readonly speed = h('select', { class: 'field speed', 'aria-label': 'Speed' });
  private readonly samples = h('select', { class: 'field sample', 'aria-label': 'Sample' });
  readonly filterButton: HTMLButtonElement;
  readonly outlineButton: HTMLButtonElement;
  readonly detailButton: HTMLButtonElement;

  constructor(
    private readonly replay: Replay,
    private readonly player: Player,
    actions: ToolbarActions,
  ) {
    this.play = toolButton(icons.play, 'Play (Space)', () => player.toggle());
    this.place = h('button', {
      class: 'tool place',
      type: 'button',
      title: 'Go to an event, a time or a percentage (:)',
      onclick: actions.goTo,
    });
    this.speed.append(...speeds.map((speed) => h('option', { value: speed }, `${speed}×`)));
    this.speed.addEventListener('change', () => player.setSpeed(Number(this.speed.value)));
    this.cancel = h(
      'button',
      {
        class: 'link-button',
        type: 'button',
        hidden: true,
        onclick: () => replay.channel.send('cancelLoading', undefined),
      },
      'Cancel',
    );
    this.filterButton = toolButton(icons.filter, 'Filter (F)', actions.filter, {
      'aria-pressed': 'false',
    });
    this.outlineButton = toolButton(icons.outline, 'Outline (O)', actions.outline, {
      'aria-pressed': 'true',
    });
    this.detailButton = toolButton(icons.detail, 'Detail (V)', actions.detail, {
      'aria-pressed': 'true',
    });
    this.element.append(
      toolButton(icons.stepBack, 'Previous event (←)', () => replay.step(-1)),
      this.play,
      toolButton(icons.stepForward, 'Next event (→)', () => replay.step(1)),
      this.speed,
      this.place,
      this.samples,
      this.cancel,
      h('span', { class: 'spacer' }),
      this.totals,
      toolButton(icons.search, 'Search (/)', actions.search),
      this.filterButton,
      toolButton(icons.collapse, 'Close all events (Z)', actions.collapse),
      toolButton(icons.cases, 'Cases in all attempts (A)', actions.cases),
      toolButton(icons.comments, 'All comments (Shift+M)', actions.comments),
      this.outlineButton,
      this.detailButton,
      toolButton(icons.help, 'Keys (?)', actions.help),
      this.progress,
    );
    this.samples.addEventListener('change', () => actions.sample(Number(this.samples.value)));
    this.showSamples();
    replay.onChange((change) => {
      if (change === 'file' || change === 'shape') {
        this.showSamples();
      }
      if (change === 'shape') {
        this.showTotals();
      }
      if (change !== 'comments' && change !== 'search') {
        this.show();
      }
    });
    this.show();
  }

  private show(): void {
    const { replay, player } = this;
    const name = player.isPlaying ? 'Pause (Space)' : 'Play (Space)';
    if (this.play.title !== name) {
      this.play.replaceChildren(icon(player.isPlaying ? icons.pause : icons.play));
      this.play.title = name;
      this.play.setAttribute('aria-label', name);
    }
    this.speed.value = String(player.speed);
    const elapsed = replay.elapsed(replay.current);
    const whole = replay.elapsed(replay.count - 1);
    const clock = Number.isNaN(elapsed)
      ? ''
      : ` · ${clockText(elapsed)}${Number.isNaN(whole) ? '' : ` / ${clockText(whole)}`}`;
    this.place.textContent = `Event ${countText(replay.current)} of ${countText(replay.count)}${clock}`;
    this.filterButton.setAttribute('aria-pressed', String(replay.isFiltered));
    this.showProgress();
  }

  private showSamples(): void {
    const { opened, sample } = this.replay;
    this.samples.hidden = opened.samples.length < 2;
    this.samples.replaceChildren(
      ...opened.samples.map(({ id, epoch }, index) =>
        h(
          'option',
          { value: index },
          visibleText(`${String(id)}${epoch > 1 ? ` · epoch ${epoch}` : ''}`),
        ),
      ),
    );
    this.samples.value = String(sample);
  }

  private showProgress(): void {
    const { load } = this.replay;
    const busy = load !== undefined && !load.complete;
    this.progress.hidden = !busy;
    this.cancel.hidden = !busy;
    if (busy && load.total > 0) {
      const share = Math.min(1, load.done / load.total);
      this.progress.style.setProperty('--share', String(share));
      this.progress.setAttribute('aria-valuenow', String(Math.round(share * 100)));
    }
  }

  private showTotals(): void {
    const { turns, usage } = this.replay.shape;
    const { length } = turns.ordinals;
    const whole = this.replay.elapsed(this.replay.count - 1);
    const given = usage.inputUncached + usage.cacheWrite;
    const texts = [
      length > 0 && `${countText(length)} ${length === 1 ? 'turn' : 'turns'}`,
      given + usage.output > 0 &&
        `${tokensText(given)} in · ${tokensText(usage.cacheRead)} cached · ${tokensText(usage.output)} out`,
      (usage.costUsd ?? 0) > 0 && costText(usage.costUsd ?? 0),
      !Number.isNaN(whole) && durationText(whole),
    ].filter((text) => text !== false);
    this.totals.textContent = texts.join(' · ');
    this.totals.title = 'Tokens, cost and time of all turns';
  }
}
