import { pressKey } from '../ui/keys';
import type { KeyTable } from '../ui/keys';
import { RowScroller } from '../ui/rowScroller';
import type { TableModel } from './tableModel';

export interface VirtualTableOptions<Row> {
  readonly model: TableModel<Row>;
  /** What the table holds, for screen readers. */
  readonly label: string;
  /** Prefix of the rows' ids, unique in the page. */
  readonly id: string;
  readonly onOpen: (row: Row) => void;
  /** The selection or the order has changed. */
  readonly onChange: () => void;
  /** Keys beside those that every table has. */
  readonly keys?: KeyTable;
}

/** A table of any number of rows: only those in view are elements. Walked through with the keys. */
export class VirtualTable<Row> {
  readonly element = document.createElement('div');
  private readonly header = document.createElement('div');
  private readonly scroller: RowScroller;

  constructor(private readonly options: VirtualTableOptions<Row>) {
    const { element, header } = this;
    const { model, label, id } = options;
    element.className = 'table';
    element.style.setProperty('--columns', model.columns.map(({ width }) => width).join(' '));
    header.className = 'table-header';
    header.setAttribute('role', 'group');
    header.setAttribute('aria-label', 'Order');
    const host = document.createElement('div');
    host.className = 'table-body';
    element.append(header, host);
    this.scroller = new RowScroller({
      host,
      label: `Position in ${label}`,
      renderer: { create: createRow, update: (row, index) => this.draw(row, index) },
    });
    const { rows } = this.scroller;
    rows.dataset['table'] = id;
    rows.tabIndex = 0;
    rows.setAttribute('role', 'grid');
    rows.setAttribute('aria-label', label);
    rows.setAttribute('aria-multiselectable', 'true');
    rows.setAttribute('aria-readonly', 'true');
    rows.setAttribute('aria-colcount', String(model.columns.length));
    rows.addEventListener('keydown', (event) => pressKey(event, { ...this.keys, ...options.keys }));
    rows.addEventListener('click', (event) => this.clicked(event));
    rows.addEventListener('dblclick', (event) => this.opened(event));
    rows.addEventListener('focus', () => this.refresh());
    this.drawHeader();
  }

  /** Shows the model as it is now. */
  refresh(): void {
    const { rows } = this.scroller;
    const { model } = this.options;
    rows.setAttribute('aria-rowcount', String(model.shown.length));
    this.scroller.setCount(model.shown.length);
    this.scroller.refresh();
    if (model.shown.length > 0) {
      rows.setAttribute('aria-activedescendant', this.rowId(model.current));
    } else {
      rows.removeAttribute('aria-activedescendant');
    }
    this.drawHeader();
  }

  focus(): void {
    this.scroller.rows.focus();
  }

  /** Moves to a row and shows it. */
  goTo(place: number, how: 'only' | 'range' | 'keep' = 'only'): void {
    const { model, onChange } = this.options;
    model.goTo(place, how);
    this.scroller.scrollTo(model.current, 'nearest');
    this.scroller.flush();
    this.refresh();
    onChange();
  }

  dispose(): void {
    this.scroller.dispose();
  }

  private get keys(): KeyTable {
    const { model } = this.options;
    const step = (by: number, how?: 'range' | 'keep') => () => this.goTo(model.current + by, how);
    const page = this.scroller.pageRows;
    const last = () => model.shown.length - 1;
    return {
      ArrowDown: step(1),
      ArrowUp: step(-1),
      PageDown: step(page),
      PageUp: step(-page),
      Home: () => this.goTo(0),
      End: () => this.goTo(last()),
      'Shift+ArrowDown': step(1, 'range'),
      'Shift+ArrowUp': step(-1, 'range'),
      'Shift+PageDown': step(page, 'range'),
      'Shift+PageUp': step(-page, 'range'),
      'Shift+Home': () => this.goTo(0, 'range'),
      'Shift+End': () => this.goTo(last(), 'range'),
      'Ctrl+ArrowDown': step(1, 'keep'),
      'Ctrl+ArrowUp': step(-1, 'keep'),
      ' ': () => this.changed(() => model.toggle(model.current)),
      'Ctrl+A': () => this.changed(() => model.selectAll()),
      Escape: () => this.changed(() => model.clearSelection()),
      Enter: () => this.open(model.current),
    };
  }

  private changed(change: () => void): void {
    change();
    this.refresh();
    this.options.onChange();
  }

  private clicked(event: MouseEvent): void {
    const place = this.scroller.rowOf(event.target as Node);
    if (place === undefined) {
      return;
    }
    if (event.ctrlKey || event.metaKey) {
      this.changed(() => this.options.model.toggle(place));
    } else {
      this.goTo(place, event.shiftKey ? 'range' : 'only');
    }
  }

  private opened(event: MouseEvent): void {
    const place = this.scroller.rowOf(event.target as Node);
    if (place !== undefined) {
      this.open(place);
    }
  }

  private open(place: number): void {
    const row = this.options.model.shown[place];
    if (row !== undefined) {
      this.options.onOpen(row);
    }
  }

  private rowId(place: number): string {
    return `${this.options.id}-${place}`;
  }

  private draw(element: HTMLElement, place: number): void {
    const { model } = this.options;
    const row = model.shown[place];
    if (row === undefined) {
      return;
    }
    const { columns } = model;
    element.id = this.rowId(place);
    element.classList.toggle('current', place === model.current);
    element.classList.toggle('selected', model.isSelected(row));
    element.setAttribute('aria-selected', String(model.isSelected(row)));
    element.setAttribute('aria-rowindex', String(place + 1));
    while (element.childElementCount < columns.length) {
      const cell = document.createElement('span');
      cell.setAttribute('role', 'gridcell');
      element.append(cell);
    }
    columns.forEach((column, i) => {
      const cell = element.children[i] as HTMLElement;
      const text = column.text(row);
      cell.className = `cell ${column.numeric === true ? 'numeric ' : ''}${column.look?.(row) ?? ''}`;
      cell.textContent = text;
      cell.title = text;
    });
  }

  private drawHeader(): void {
    const { model, onChange } = this.options;
    model.columns.forEach(({ id, title, numeric }, i) => {
      const made = this.header.children[i];
      const button = (made ?? document.createElement('button')) as HTMLButtonElement;
      if (made === undefined) {
        button.type = 'button';
        button.className = `column ${numeric === true ? 'numeric' : ''}`;
        button.addEventListener('click', () => {
          model.sortBy(id);
          this.scroller.scrollTo(0);
          this.refresh();
          onChange();
        });
        this.header.append(button);
      }
      const sorted = model.sort?.column === id ? model.sort : undefined;
      const arrow = sorted === undefined ? '' : sorted.descending ? ' ↓' : ' ↑';
      button.textContent = `${title}${arrow}`;
      const order = sorted === undefined ? '' : sorted.descending ? ', descending' : ', ascending';
      button.setAttribute('aria-label', `Order by ${title}${order}`);
      button.setAttribute('aria-pressed', String(sorted !== undefined));
    });
  }
}

function createRow(): HTMLElement {
  const row = document.createElement('div');
  row.className = 'table-row';
  row.setAttribute('role', 'row');
  return row;
}
