import { html, nothing } from 'lit';
import type { LitElement, TemplateResult } from 'lit';
import type { StreamHead } from '../../src/protocol/bytes';
import './findBar';
import type { Query } from './findBar';
import { FindController } from './findController';
import { goToBar, parseOffset } from './goToBar';
import type { Channel } from './rowPages';
import type { RowsPane } from './rowsPane';

export interface BarsParts {
  readonly app: LitElement;
  readonly channel: Channel;
  readonly rows: RowsPane;
  readonly say: (notice: string) => void;
  readonly fail: (error: unknown) => void;
}

/** How a person gets to a place: a bar that finds, or one that takes an offset; never both. */
export class Bars {
  private shown: 'find' | 'goTo' | undefined;
  private readonly find: FindController;

  constructor(private readonly parts: BarsParts) {
    this.find = new FindController(parts.channel, parts.rows, () => parts.app.requestUpdate());
  }

  open(bar: 'find' | 'goTo'): void {
    const { app } = this.parts;
    this.shown = bar;
    app.requestUpdate();
    const field = bar === 'find' ? 'bytes-find' : '.go-to';
    void app.updateComplete.then(() => app.querySelector<HTMLElement>(field)?.focus());
  }

  /** To the next thing found, or the one before. */
  step(direction: 1 | -1): void {
    void this.find.step(direction);
  }

  /** Another stream is shown: what was found in the last one is nothing any more. */
  forget(): void {
    this.find.forget();
  }

  render(stream: number, head: StreamHead): TemplateResult | typeof nothing {
    switch (this.shown) {
      case 'find':
        return html`<bytes-find
          .state=${this.find.state}
          @search=${({ detail }: CustomEvent<Query>) => void this.find.search(stream, detail)}
          @step=${({ detail }: CustomEvent<1 | -1>) => this.step(detail)}
          @leave=${this.leave}
        ></bytes-find>`;
      case 'goTo':
        return goToBar({ go: (text) => void this.goTo(text, head), leave: this.leave });
      case undefined:
        return nothing;
    }
  }

  private readonly leave = () => {
    if (this.shown === 'find') {
      this.find.forget();
    }
    this.shown = undefined;
    this.parts.app.requestUpdate();
    this.parts.rows.focus();
  };

  private async goTo(text: string, head: StreamHead): Promise<void> {
    const { rows, say, fail } = this.parts;
    const side = rows.selection?.side ?? (head.actual.size > 0 ? 'actual' : 'expected');
    const offset = parseOffset(text);
    const { size } = head[side];
    if (!(offset <= size)) {
      say(`Type an offset from 0 to ${size.toLocaleString('en')} (${side} side).`);
      return;
    }
    this.leave();
    try {
      await rows.reveal(side, offset, 1);
    } catch (error) {
      fail(error);
    }
  }
}
