import { html, nothing } from 'lit';
import type { TemplateResult } from 'lit';
import type { CurationAction } from '../../src/protocol/curation';
import { moveAlong } from '../ui/keys';
import { splitFilters } from './caseRows';
import type { CaseFilter, SplitFilter } from './caseRows';
import { outcomeCounts } from './pairRows';
import type { PairOutcome, PairRow } from './pairRows';
import { tabs } from './viewState';
import type { TabId } from './viewState';

/** The tabs, one stop of the Tab key. */
export function tabBar(
  selected: TabId,
  counts: Readonly<Record<TabId, number>>,
  show: (tab: TabId) => void,
): TemplateResult {
  const along = (event: KeyboardEvent) => {
    const bar = event.currentTarget as HTMLElement;
    moveAlong(event, [...bar.querySelectorAll('button')]);
    if (event.defaultPrevented && document.activeElement instanceof HTMLElement) {
      document.activeElement.click();
    }
  };
  return html`<div class="tabs" role="tablist" aria-label="What is shown" @keydown=${along}>
    ${tabs.map(
      ({ id, label }) =>
        html`<button
          class="tab"
          role="tab"
          id="tab-${id}"
          aria-selected=${id === selected}
          aria-controls="panel"
          tabindex=${id === selected ? 0 : -1}
          @click=${() => show(id)}
        >
          ${label} <span class="count">${counts[id]}</span>
        </button>`,
    )}
  </div>`;
}

export interface CaseBarParts {
  readonly filter: CaseFilter;
  readonly shown: number;
  readonly selected: number;
  readonly share: string;
  readonly change: (change: Partial<CaseFilter>) => void;
  readonly clear: () => void;
  readonly act: (action: CurationAction) => void;
  readonly undo: () => void;
}

const actions: readonly { id: CurationAction; label: string; key: string }[] = [
  { id: 'hide', label: 'Move to Hidden', key: 'H' },
  { id: 'show', label: 'Move to Visible', key: 'V' },
  { id: 'label', label: 'Label…', key: 'L' },
  { id: 'group', label: 'Group…', key: 'G' },
  { id: 'delete', label: 'Delete', key: 'Delete' },
];

/** The filter, and what can be done with the selected cases. */
export function caseBar(parts: CaseBarParts): TemplateResult {
  const { filter, shown, selected, share, change, clear, act, undo } = parts;
  const chip =
    filter.option === undefined
      ? filter.cluster === undefined
        ? undefined
        : 'one cluster'
      : `with ${filter.option}`;
  return html`<div class="bar">
    <input
      class="field filter"
      type="search"
      placeholder="Filter by name, command line, label, dual (/)"
      aria-label="Filter cases"
      .value=${filter.text}
      @input=${(event: InputEvent) => change({ text: (event.target as HTMLInputElement).value })}
    />
    <select
      class="field"
      aria-label="Which cases"
      @change=${(event: Event) =>
        change({ split: (event.target as HTMLSelectElement).value as SplitFilter })}
    >
      ${splitFilters.map(
        ({ id, label }) =>
          html`<option value=${id} ?selected=${id === filter.split}>${label}</option>`,
      )}
    </select>
    ${
      chip === undefined
        ? nothing
        : html`<button class="chip" aria-label="No longer only ${chip}" @click=${clear}>
            ${chip} ×
          </button>`
    }
    <span class="quiet" role="status">${shown} shown · ${share}</span>
    <span class="spring"></span>
    <span class="quiet">${selected === 0 ? '' : `${selected} selected`}</span>
    <span class="group" role="group" aria-label="Selected cases">
      ${actions.map(
        ({ id, label, key }) =>
          html`<button
            class="tool"
            title="${label} (${key})"
            ?disabled=${selected === 0}
            @click=${() => act(id)}
          >
            ${label}
          </button>`,
      )}
      <button class="tool" title="Undo Curation (Ctrl+Z)" @click=${undo}>Undo</button>
    </span>
  </div>`;
}

const outcomes: readonly (readonly [PairOutcome, PairOutcome])[] = [
  ['both', 'visible-only'],
  ['hidden-only', 'neither'],
];

/** For each candidate, how many pairs came out how; a number shows its pairs alone. */
export function pairMatrices(
  pairs: readonly PairRow[],
  candidates: readonly string[],
  only: { readonly candidate: number; readonly outcome: PairOutcome } | undefined,
  choose: (candidate: number, outcome: PairOutcome) => void,
): TemplateResult {
  if (candidates.length === 0) {
    return html`<p class="hint">
      Score a candidate to see how it does on both of a pair: one that passes the visible case and
      fails the hidden one has learned the visible answer.
    </p>`;
  }
  return html`<div class="matrices">
    ${candidates.map((title, candidate) => {
      const counts = outcomeCounts(pairs, candidate);
      const cell = (outcome: PairOutcome) =>
        html`<td class="outcome-${outcome}">
          <button
            class="matrix-count"
            aria-pressed=${only?.candidate === candidate && only.outcome === outcome}
            @click=${() => choose(candidate, outcome)}
          >
            ${counts[outcome]}
          </button>
        </td>`;
      return html`<table class="matrix">
        <caption>
          ${title}
        </caption>
        <thead>
          <tr>
            <td></td>
            <th scope="col">hidden passes</th>
            <th scope="col">hidden fails</th>
          </tr>
        </thead>
        <tbody>
          ${outcomes.map(
            ([left, right], i) =>
              html`<tr>
                <th scope="row">${i === 0 ? 'visible passes' : 'visible fails'}</th>
                ${cell(left)} ${cell(right)}
              </tr>`,
          )}
        </tbody>
      </table>`;
    })}
  </div>`;
}
