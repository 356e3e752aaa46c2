import { splitFilters } from './caseRows';
import type { SplitFilter } from './caseRows';

export const tabs = [
  { id: 'cases', label: 'Cases' },
  { id: 'pairs', label: 'Pairs' },
  { id: 'options', label: 'Options' },
  { id: 'alike', label: 'Alike' },
] as const;
export type TabId = (typeof tabs)[number]['id'];

/** What a reload brings back. */
export interface ViewState {
  readonly tab: TabId;
  readonly filter: string;
  readonly split: SplitFilter;
}

/** From an untrusted past: older versions wrote it, too. */
export function readViewState(kept: unknown): ViewState {
  const { tab, filter, split } = (kept ?? {}) as Record<string, unknown>;
  return {
    tab: tabs.find(({ id }) => id === tab)?.id ?? 'cases',
    filter: typeof filter === 'string' ? filter : '',
    split: splitFilters.find(({ id }) => id === split)?.id ?? 'all',
  };
}
