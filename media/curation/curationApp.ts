import { html, LitElement } from 'lit';
import type { TemplateResult } from 'lit';
import type { CurationAction, CurationRow, OptionRow } from '../../src/protocol/curation';
import type { Host } from '../ui/host';
import { pressKey } from '../ui/keys';
import type { KeyTable } from '../ui/keys';
import { caseBar, pairMatrices, tabBar } from './bars';
import { caseColumns, caseFilter, shareText } from './caseRows';
import type { CaseFilter } from './caseRows';
import { alikeColumns, alikeOf, optionColumns, optionNote } from './coverageRows';
import type { AlikeRow } from './coverageRows';
import { outcomeOf, pairColumns, pairsOf } from './pairRows';
import type { PairOutcome, PairRow } from './pairRows';
import { errorPage, problemBar, problemOf } from './problems';
import { RowLoader } from './rowLoader';
import type { Channel, Loaded } from './rowLoader';
import { TableModel } from './tableModel';
import { readViewState } from './viewState';
import type { TabId } from './viewState';
import { VirtualTable } from './virtualTable';

interface Tables {
  readonly cases: VirtualTable<CurationRow>;
  readonly pairs: VirtualTable<PairRow>;
  readonly options: VirtualTable<OptionRow>;
  readonly alike: VirtualTable<AlikeRow>;
}

interface Models {
  readonly cases: TableModel<CurationRow>;
  readonly pairs: TableModel<PairRow>;
  readonly options: TableModel<OptionRow>;
  readonly alike: TableModel<AlikeRow>;
}

/** The curation view: cases, pairs, options and near duplicates as tables of one target. */
export class CurationApp extends LitElement {
  private channel!: Channel;
  private host!: Host;
  private loader!: RowLoader;
  private loaded: Loaded | undefined;
  private models: Models | undefined;
  private tables: Tables | undefined;
  private tab: TabId = 'cases';
  private filter: CaseFilter = { text: '', split: 'all' };
  private outcome: { readonly candidate: number; readonly outcome: PairOutcome } | undefined;
  private problem: string | undefined;
  private wantsFocus = true;

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  connect(channel: Channel, host: Host): void {
    this.channel = channel;
    this.host = host;
    const { tab, filter, split } = readViewState(host.readState());
    this.tab = tab;
    this.filter = { text: filter, split };
    this.loader = new RowLoader(
      channel,
      (loaded) => this.show(loaded),
      (error) => this.fail(error),
    );
    channel.on('changed', () => void this.loader.load());
    document.addEventListener('keydown', (event) => {
      if (!(event.target instanceof HTMLInputElement)) {
        pressKey(event, this.keys);
      }
    });
    void this.loader.load();
  }

  protected override render(): TemplateResult {
    const { loaded, models } = this;
    if (loaded === undefined || models === undefined) {
      return this.problem === undefined
        ? html`<div class="blank" role="status"><p>Reading the cases …</p></div>`
        : errorPage(this.problem, () => void this.loader.load());
    }
    if (loaded.rows.length === 0) {
      return html`<main class="blank">
        <h1>${loaded.opened.title}</h1>
        <p>This target has no case yet. Record one with MirrorCode: Record Case….</p>
      </main>`;
    }
    const counts = {
      cases: loaded.rows.length,
      pairs: models.pairs.total,
      options: models.options.total,
      alike: models.alike.total,
    };
    return html`<header>
        <h1 class="visually-hidden">Curation of ${loaded.opened.target}</h1>
        ${tabBar(this.tab, counts, (tab) => this.showTab(tab))}
      </header>
      ${this.problem === undefined ? '' : problemBar(this.problem, () => this.dismiss())}
      <main>
        <div id="panel" class="panel" role="tabpanel" aria-labelledby="tab-${this.tab}">
          ${this.head(loaded, models)} ${this.body(models)}
        </div>
      </main>`;
  }

  protected override updated(): void {
    const table = this.tables?.[this.tab];
    table?.refresh();
    if (this.wantsFocus && table !== undefined) {
      this.wantsFocus = false;
      table.focus();
    }
  }

  private head({ opened, rows }: Loaded, models: Models): TemplateResult {
    switch (this.tab) {
      case 'cases':
        return caseBar({
          filter: this.filter,
          shown: models.cases.shown.length,
          selected: models.cases.selection().length,
          share: shareText(rows, opened.goal),
          change: (change) => this.narrow({ ...this.filter, ...change }),
          clear: () => this.narrow({ text: this.filter.text, split: this.filter.split }),
          act: (action) => void this.act(action),
          undo: () => void this.undo(),
        });
      case 'pairs':
        return pairMatrices(pairsOf(rows), opened.candidates, this.outcome, (candidate, outcome) =>
          this.choose(candidate, outcome),
        );
      case 'options': {
        const bad = opened.options.filter((row) => optionNote(row) !== '').length;
        return html`<p class="hint">
          ${
            bad === 0
              ? 'Every option of the docs is used by a visible case.'
              : `${bad} of ${opened.options.length} options to look at: what no visible case uses, an agent has to guess.`
          }
          Enter shows the cases of an option.
        </p>`;
      }
      case 'alike':
        return html`<p class="hint">
          Cases with the same options whose output differs only in words and digits. Enter shows
          them.
        </p>`;
    }
  }

  private body(models: Models): TemplateResult {
    const table = this.tables?.[this.tab];
    const empty = models[this.tab].shown.length === 0;
    const texts: Readonly<Record<TabId, string>> = {
      cases: 'No case is like that.',
      pairs:
        'No hidden case mirrors a visible one. Name Visible Dual… in the Tasks tree makes a pair.',
      options: 'Neither the docs nor the cases name an option.',
      alike: 'No two cases are alike.',
    };
    return html`${empty ? html`<p class="hint">${texts[this.tab]}</p>` : ''}${table?.element ?? ''}`;
  }

  private get keys(): KeyTable {
    return {
      '/': () => this.querySelector<HTMLInputElement>('.filter')?.focus(),
      'Ctrl+Z': () => void this.undo(),
    };
  }

  private show(loaded: Loaded): void {
    const sameColumns =
      JSON.stringify(this.loaded?.opened.candidates) === JSON.stringify(loaded.opened.candidates);
    this.loaded = loaded;
    this.problem = undefined;
    if (this.models === undefined || !sameColumns) {
      this.build(loaded.opened.candidates);
    }
    const { rows, opened } = loaded;
    this.models?.cases.setRows(rows);
    this.models?.pairs.setRows(pairsOf(rows));
    this.models?.options.setRows(opened.options);
    this.models?.alike.setRows(alikeOf(rows));
    this.narrow(this.filter);
  }

  private build(candidates: readonly string[]): void {
    Object.values(this.tables ?? {}).forEach((table: VirtualTable<never>) => table.dispose());
    const models: Models = {
      cases: new TableModel(caseColumns(candidates), ({ name }) => name),
      pairs: new TableModel(pairColumns(candidates), ({ key }) => key),
      options: new TableModel(optionColumns, ({ option }) => option),
      alike: new TableModel(alikeColumns, ({ cluster }) => String(cluster)),
    };
    const onChange = () => this.requestUpdate();
    const openCase = (name: string) => this.channel.send('openCase', { name });
    const onCases = (filter: Partial<CaseFilter>) => {
      this.narrow({ text: '', split: 'all', ...filter });
      this.showTab('cases');
      this.wantsFocus = true;
    };
    this.models = models;
    this.tables = {
      cases: new VirtualTable({
        model: models.cases,
        label: 'Cases',
        id: 'cases',
        onChange,
        onOpen: ({ name }) => openCase(name),
        keys: {
          H: () => void this.act('hide'),
          V: () => void this.act('show'),
          L: () => void this.act('label'),
          G: () => void this.act('group'),
          Delete: () => void this.act('delete'),
        },
      }),
      pairs: new VirtualTable({
        model: models.pairs,
        label: 'Pairs',
        id: 'pairs',
        onChange,
        onOpen: ({ hidden }) => openCase(hidden.name),
      }),
      options: new VirtualTable({
        model: models.options,
        label: 'Options',
        id: 'options',
        onChange,
        onOpen: ({ option }) => onCases({ option }),
      }),
      alike: new VirtualTable({
        model: models.alike,
        label: 'Alike cases',
        id: 'alike',
        onChange,
        onOpen: ({ cluster }) => onCases({ cluster }),
      }),
    };
  }

  private showTab(tab: TabId): void {
    this.tab = tab;
    this.keep();
    this.requestUpdate();
  }

  private narrow(filter: CaseFilter): void {
    this.filter = filter;
    this.models?.cases.filter(caseFilter(filter));
    this.keep();
    this.requestUpdate();
  }

  private choose(candidate: number, outcome: PairOutcome): void {
    const again = this.outcome?.candidate === candidate && this.outcome.outcome === outcome;
    this.outcome = again ? undefined : { candidate, outcome };
    this.models?.pairs.filter(
      again ? () => true : (pair) => outcomeOf(pair, candidate) === outcome,
    );
    this.requestUpdate();
  }

  private async act(action: CurationAction): Promise<void> {
    const names = this.models?.cases.selection().map(({ name }) => name) ?? [];
    if (names.length === 0) {
      return;
    }
    await this.attempt(() =>
      this.channel.request('act', { action, names }, { timeoutMs: Infinity }),
    );
  }

  private async undo(): Promise<void> {
    await this.attempt(() => this.channel.request('undo', undefined, { timeoutMs: Infinity }));
  }

  /** What goes wrong stays in sight until something goes right, or it is dismissed. */
  private async attempt(action: () => Promise<unknown>): Promise<void> {
    try {
      await action();
      this.dismiss();
    } catch (error) {
      this.fail(error);
    }
  }

  private dismiss(): void {
    this.problem = undefined;
    this.requestUpdate();
  }

  private keep(): void {
    const restore = this.loaded?.opened.restore;
    if (restore !== undefined) {
      const { tab } = this;
      const { text: filter, split } = this.filter;
      this.host.keepState({ restore, tab, filter, split });
    }
  }

  private fail(error: unknown): void {
    this.problem = problemOf(error);
    this.requestUpdate();
  }
}
