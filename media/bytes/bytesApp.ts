import { html, LitElement, nothing } from 'lit';
import type { TemplateResult } from 'lit';
import type { CopyFormat, Opened, StreamHead, Summary } from '../../src/protocol/bytes';
import { ChannelError } from '../../src/protocol/messages';
import type { Host } from '../ui/host';
import { pressKey } from '../ui/keys';
import { Bars } from './bars';
import { copiedNotice, openCopyMenu } from './copyBytes';
import { banner, columnHeads, emptyPage, errorPage } from './pages';
import { RowsPane } from './rowsPane';
import type { RowPlace } from './rowsPane';
import type { Channel } from './rowPages';
import { StatePoster } from './statePoster';
import { statusBar } from './statusBar';
import { summaryPane } from './summaryPane';
import { TerminalPane } from './terminalPane';
import { toolbar } from './toolbar';
import type { ToolbarActions } from './toolbar';
import { arrangementOf, freshState, readSavedState } from './viewState';
import type { ViewState } from './viewState';

/** Milliseconds that a notice stays. */
const noticeTime = 6000;

/** The byte view: tabs, tools, the rows or what stands in their place, and a status line. */
export class BytesApp extends LitElement {
  private channel!: Channel;
  private poster!: StatePoster<ViewState>;
  private rows!: RowsPane;
  private terminal!: TerminalPane;
  private bars!: Bars;
  private state: ViewState = freshState;
  private restored: RowPlace | undefined;
  private opened: Opened | undefined;
  private readonly summaries = new Map<number, Summary>();
  private problem: { message: string; action: string | undefined } | undefined;
  private notice = '';
  private noticeTimer = 0;

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  connect(channel: Channel, host: Host): void {
    this.channel = channel;
    this.poster = new StatePoster(host);
    const saved = readSavedState(host.readState());
    this.state = saved ?? freshState;
    this.restored =
      saved?.row === undefined
        ? undefined
        : { row: saved.row, current: saved.current ?? saved.row };
    this.terminal = new TerminalPane(channel);
    this.rows = new RowsPane({
      channel,
      onChange: () => this.rowsChanged(),
      onUnfold: (fold) => this.change({ unfolded: [...this.state.unfolded, fold] }),
      onError: (error) => this.fail(error),
    });
    this.bars = new Bars({
      app: this,
      channel,
      rows: this.rows,
      say: (notice) => this.say(notice),
      fail: (error) => this.fail(error),
    });
    channel.on('compared', ({ stream }) => this.compared(stream));
    this.rows.element.addEventListener('contextmenu', (event) => {
      event.preventDefault();
      this.openCopyMenu(event.clientX, event.clientY);
    });
    document.addEventListener('keydown', (event) => pressKey(event, this.keys));
    document.addEventListener('copy', (event) => {
      if (!(event.target instanceof HTMLInputElement) && this.showsRows) {
        event.preventDefault();
        void this.copy('text');
      }
    });
    window.addEventListener('resize', () => this.resized());
    void this.open();
  }

  protected override render(): TemplateResult {
    const { opened, head } = this;
    if (opened === undefined || head === undefined) {
      return this.problem === undefined
        ? html`<div class="blank" role="status"><p>Opening…</p></div>`
        : errorPage(this.problem, this.reopen);
    }
    return html`
      <header>
        <h1 class="visually-hidden">${opened.title}</h1>
        ${toolbar({ opened, state: this.state, actions: this.actions })}
        ${this.bars.render(this.state.stream, head)}
      </header>
      <main>
        <div id="stream-panel" class="panel" role="tabpanel" aria-label=${head.name}>
          ${this.body(head)}
        </div>
      </main>
      ${statusBar({
        head,
        rows: this.showsRows ? this.rows : undefined,
        summary: this.summaries.get(this.state.stream),
        notice: this.notice,
      })}
    `;
  }

  private get head(): StreamHead | undefined {
    return this.opened?.streams[this.state.stream];
  }

  private get showsRows(): boolean {
    const { view } = this.state;
    return (view === 'text' || view === 'hex') && this.problem === undefined;
  }

  private body(head: StreamHead): TemplateResult {
    const problem = head.problem ?? this.problem;
    if (problem !== undefined) {
      return errorPage(problem, this.reopen);
    }
    if (head.expected.size === 0 && head.actual.size === 0 && head.equal) {
      return emptyPage(head);
    }
    switch (this.state.view) {
      case 'summary':
        return summaryPane(head, this.summaries.get(this.state.stream));
      case 'terminal':
        return html`${this.terminal.element}`;
      default:
        return html`
          ${banner({ head, streams: this.opened?.streams ?? [], layout: this.rows.layout })}
          ${this.state.inline && this.state.view === 'text' ? nothing : columnHeads(head)}
          ${this.rows.element}
        `;
    }
  }

  private readonly actions: ToolbarActions = {
    showStream: (stream) => void this.change({ stream, unfolded: [] }),
    showView: (view) => void this.change({ view, unfolded: [] }),
    toggle: (name) => void this.change({ [name]: !this.state[name], unfolded: [] }),
    goToChange: (direction) => void this.goToChange(direction),
    find: () => this.openBar('find'),
    goToOffset: () => this.openBar('goTo'),
    copyMenu: (x, y) => this.openCopyMenu(x, y),
    goToOrigin: (id) => this.channel.send('origin', { id }),
    accept: () => this.channel.send('accept', { stream: this.state.stream }),
  };

  private readonly keys = {
    F7: () => void this.goToChange('next'),
    'Shift+F7': () => void this.goToChange('previous'),
    'Alt+F5': () => void this.goToChange('next'),
    'Shift+Alt+F5': () => void this.goToChange('previous'),
    'Alt+Shift+F5': () => void this.goToChange('previous'),
    'Ctrl+F': () => this.openBar('find'),
    'Ctrl+G': () => this.openBar('goTo'),
    'Alt+Z': () => void this.change({ wrap: !this.state.wrap }),
    F3: () => this.bars.step(1),
    'Shift+F3': () => this.bars.step(-1),
  };

  private readonly reopen = () => void this.open();

  private async open(): Promise<void> {
    this.problem = undefined;
    this.requestUpdate();
    try {
      this.opened = await this.channel.request('open', undefined);
      const differing = this.opened.streams.findIndex((stream) => !stream.equal);
      if (this.state.stream >= this.opened.streams.length || this.restored === undefined) {
        this.state = { ...this.state, stream: Math.max(0, differing) };
      }
      await this.showState(this.restored);
      this.rows.focus();
    } catch (error) {
      this.fail(error);
    }
  }

  /** Changes what is looked at, keeps it, and shows it. */
  private async change(part: Partial<ViewState>): Promise<void> {
    const unfolds = part.unfolded !== undefined && part.unfolded.length > 0;
    const place = unfolds ? { row: this.rows.firstRow, current: this.rows.current } : undefined;
    const sameStream = part.stream === undefined;
    this.state = { ...this.state, ...part };
    this.problem = undefined;
    if (!sameStream) {
      this.bars.forget();
    }
    await this.showState(place);
  }

  private async showState(place?: RowPlace): Promise<void> {
    const { head, state } = this;
    this.requestUpdate();
    if (head === undefined || head.problem !== undefined) {
      return;
    }
    await this.updateComplete;
    try {
      if (state.view === 'terminal') {
        await this.terminal.show(state.stream, head);
      } else if (state.view === 'summary') {
        await this.summarise();
      } else {
        await this.showRows(place);
        void this.summarise();
      }
    } catch (error) {
      this.fail(error);
    }
    this.keepState();
  }

  private async showRows(place?: RowPlace): Promise<void> {
    const { head, state } = this;
    if (head !== undefined) {
      const arrangement = arrangementOf(state, this.columns);
      await this.rows.show({ stream: state.stream, head, arrangement, wrap: state.wrap }, place);
    }
  }

  /** Characters of the editor's font that fit side by side. */
  private get columns(): number {
    const size = Number.parseFloat(getComputedStyle(this.rows.element).fontSize) || 13;
    return Math.floor(this.clientWidth / (size * 0.62));
  }

  private resized(): void {
    if (this.state.view === 'hex' && this.opened !== undefined) {
      void this.showRows({ row: this.rows.firstRow, current: this.rows.firstRow });
    }
  }

  private compared(stream: number): void {
    if (stream === this.state.stream && this.showsRows) {
      this.rows.update().catch((error: unknown) => this.fail(error));
    }
  }

  private rowsChanged(): void {
    this.requestUpdate();
    this.keepState();
  }

  private keepState(): void {
    const restore = this.opened?.restore;
    this.poster.keep({
      ...this.state,
      row: this.rows.firstRow,
      current: this.rows.current,
      ...(restore !== undefined && { restore }),
    });
  }

  private async summarise(): Promise<void> {
    const { stream } = this.state;
    if (!this.summaries.has(stream)) {
      const summary = await this.channel.request('summary', { stream }, { timeoutMs: Infinity });
      this.summaries.set(stream, summary);
      this.requestUpdate();
    }
  }

  private async goToChange(direction: 'next' | 'previous'): Promise<void> {
    if (!this.showsRows) {
      await this.change({ view: 'text' });
      return;
    }
    try {
      if (!(await this.rows.goToChange(direction))) {
        this.say(direction === 'next' ? 'This is the last change.' : 'This is the first change.');
      }
    } catch (error) {
      this.fail(error);
    }
  }

  private openBar(bar: 'find' | 'goTo'): void {
    if (this.showsRows) {
      this.bars.open(bar);
    }
  }

  private openCopyMenu(x: number, y: number): void {
    openCopyMenu({ x, y }, (format) => void this.copy(format));
  }

  private async copy(format: CopyFormat): Promise<void> {
    const range = this.rows.copyRange();
    if (range === undefined) {
      this.say('Select bytes first, or go to a row.');
      return;
    }
    try {
      const { stream } = this.state;
      const { text, exact } = await this.channel.request('copy', { stream, ...range, format });
      await navigator.clipboard.writeText(text);
      this.say(copiedNotice(range, { exact }));
    } catch (error) {
      this.say(error instanceof Error ? error.message : String(error));
    }
  }

  private say(notice: string): void {
    this.notice = notice;
    this.requestUpdate();
    clearTimeout(this.noticeTimer);
    this.noticeTimer = window.setTimeout(() => {
      this.notice = '';
      this.requestUpdate();
    }, noticeTime);
  }

  private fail(error: unknown): void {
    if (error instanceof ChannelError && error.reason === 'cancelled') {
      return;
    }
    this.problem = {
      message: error instanceof Error ? error.message : String(error),
      action: error instanceof ChannelError ? error.action : undefined,
    };
    this.requestUpdate();
  }
}

customElements.define('bytes-app', BytesApp);
