import type { EventKind, ViewFilter } from '../../src/protocol/transcript';
import { eventKinds } from '../../src/protocol/transcript';
import { h, icon, textButton, toolButton } from './dom';
import { countText } from './format';
import { icons, kindIcons, kindNames } from './icons';
import { visibleText } from './plainText';
import { hasConditions } from './replay';
import type { Replay } from './replay';

const typingMs = 250;

/** Which events are shown: by kind, tool, span, text, duration and failure. */
export class FilterBand {
  readonly element = h('div', {
    class: 'band filter-band',
    role: 'group',
    'aria-label': 'Filter',
    hidden: true,
  });
  private readonly kinds = h('div', {
    class: 'kind-toggles',
    role: 'group',
    'aria-label': 'Kinds',
  });
  private readonly tool = h('select', { class: 'field', 'aria-label': 'Tool' });
  private readonly span = h('select', { class: 'field', 'aria-label': 'Span' });
  private readonly text = h('input', {
    class: 'field',
    placeholder: 'Text',
    'aria-label': 'Text that events hold',
  });
  private readonly least = h('input', {
    class: 'field seconds',
    type: 'number',
    min: 0,
    step: 0.1,
    placeholder: 'took ≥ s',
    'aria-label': 'Seconds that it took at least',
  });
  private readonly failed = h('input', { type: 'checkbox' });
  private readonly spans = h('input', { type: 'checkbox' });
  private readonly spansLabel = h(
    'label',
    { title: 'Show the rows where spans begin and end', hidden: true },
    this.spans,
    ' spans',
  );
  private readonly status = h('span', { class: 'quiet', role: 'status' });
  private readonly selected = new Set<EventKind>();
  private abort: AbortController | undefined;
  private timer = 0;

  constructor(
    private readonly replay: Replay,
    private readonly onClose: () => void,
  ) {
    const later = () => {
      clearTimeout(this.timer);
      this.timer = window.setTimeout(() => this.apply(), typingMs);
    };
    for (const field of [this.tool, this.span, this.failed]) {
      field.addEventListener('change', () => this.apply());
    }
    this.spans.addEventListener('change', () => {
      replay.showsSpans = this.spans.checked;
      replay.updateRows();
      replay.seek(replay.current);
      replay.tell('filter');
    });
    this.text.addEventListener('input', later);
    this.least.addEventListener('input', later);
    this.element.addEventListener('keydown', (event) => {
      if (event.key === 'Escape') {
        event.stopPropagation();
        this.close();
      }
    });
    this.element.append(
      this.kinds,
      this.tool,
      this.span,
      this.text,
      this.least,
      h('label', {}, this.failed, ' failed'),
      this.spansLabel,
      this.status,
      textButton('Clear', () => this.clear()),
      h('span', { class: 'spacer' }),
      toolButton(icons.close, 'Close the filter, and keep it (Escape)', () => this.close()),
    );
    replay.onChange((change) => {
      if (change === 'shape') {
        this.showChoices();
      } else if (change === 'filter') {
        this.spans.checked = replay.showsSpans;
      } else if (change === 'rows') {
        this.status.textContent = replay.isFiltered
          ? `${countText(replay.rowCount)} of ${countText(replay.count)}`
          : '';
      }
    });
  }

  open(): void {
    this.element.hidden = false;
    this.kinds.querySelector('button')?.focus();
    this.replay.tell('layout');
  }

  close(): void {
    this.element.hidden = true;
    this.onClose();
  }

  clear(): void {
    this.restore({});
    this.apply();
  }

  /** Shows a filter that was kept; applied by whoever has it. */
  restore(filter: ViewFilter): void {
    this.selected.clear();
    filter.kinds?.forEach((kind) => this.selected.add(kind));
    this.tool.value = filter.tools?.[0] ?? '';
    this.span.value = filter.span === undefined ? '' : String(filter.span);
    this.text.value = filter.text ?? '';
    this.least.value =
      filter.minDurationMs === undefined ? '' : String(filter.minDurationMs / 1000);
    this.failed.checked = filter.failed === true;
    this.showChoices();
  }

  private apply(): void {
    this.abort?.abort();
    const abort = new AbortController();
    this.abort = abort;
    const seconds = Number(this.least.value);
    this.replay.filter = {
      ...(this.selected.size > 0 ? { kinds: [...this.selected] } : {}),
      ...(this.tool.value === '' ? {} : { tools: [this.tool.value] }),
      ...(this.span.value === '' ? {} : { span: Number(this.span.value) }),
      ...(this.text.value === '' ? {} : { text: this.text.value }),
      ...(seconds > 0 ? { minDurationMs: Math.round(seconds * 1000) } : {}),
      ...(this.failed.checked ? { failed: true } : {}),
    };
    this.status.textContent = hasConditions(this.replay.filter) ? 'Filtering…' : '';
    this.replay.tell('filter');
    void this.replay.refilter(abort.signal).catch((error: unknown) => {
      if (!abort.signal.aborted) {
        this.status.textContent = error instanceof Error ? error.message : String(error);
      }
    });
  }

  private showChoices(): void {
    const counts = new Map<EventKind, number>();
    for (const code of this.replay.shape.kinds) {
      const kind = eventKinds[code] ?? 'other';
      counts.set(kind, (counts.get(kind) ?? 0) + 1);
    }
    this.spansLabel.hidden = !counts.has('spanBegin') && !counts.has('spanEnd');
    this.kinds.replaceChildren(...[...counts].map(([kind, count]) => this.kindButton(kind, count)));
    this.showTools();
    const chosen = this.span.value || String(this.replay.filter.span ?? '');
    this.span.replaceChildren(
      h('option', { value: '' }, 'All spans'),
      ...this.replay.shape.spans
        .slice(0, 2000)
        .map(({ index, name, type }) => h('option', { value: index }, visibleText(name || type))),
    );
    this.span.value = chosen;
    this.span.hidden = this.replay.shape.spans.length === 0;
  }

  private showTools(): void {
    const { tools } = this.replay.shape;
    const chosen = this.tool.value || (this.replay.filter.tools?.[0] ?? '');
    this.tool.replaceChildren(
      h('option', { value: '' }, 'All tools'),
      ...tools.map((name) => h('option', { value: name }, visibleText(name))),
    );
    this.tool.value = chosen;
    this.tool.hidden = tools.length === 0;
  }

  private kindButton(kind: EventKind, count: number): HTMLElement {
    const button = h(
      'button',
      {
        class: 'tool',
        type: 'button',
        title: `${kindNames[kind]}: ${countText(count)}`,
        'aria-label': kindNames[kind],
        'aria-pressed': String(this.selected.has(kind)),
        onclick: () => {
          if (!this.selected.delete(kind)) {
            this.selected.add(kind);
          }
          button.setAttribute('aria-pressed', String(this.selected.has(kind)));
          this.apply();
        },
      },
      icon(kindIcons[kind]),
      countText(count),
    );
    return button;
  }
}
