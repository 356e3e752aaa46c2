import type {
  CurationHost,
  CurationOpened,
  CurationRow,
  CurationView,
} from '../../src/protocol/curation';
import type { MessageChannel } from '../../src/protocol/messages';

export type Channel = MessageChannel<CurationView, CurationHost>;

export interface Loaded {
  readonly opened: CurationOpened;
  readonly rows: readonly CurationRow[];
}

/** Gets everything that a view shows, page after page; what is asked for anew replaces what runs. */
export class RowLoader {
  private running: AbortController | undefined;

  constructor(
    private readonly channel: Channel,
    private readonly onLoaded: (loaded: Loaded) => void,
    private readonly onError: (error: unknown) => void,
  ) {}

  async load(): Promise<void> {
    this.running?.abort();
    const running = new AbortController();
    this.running = running;
    const { signal } = running;
    try {
      const opened = await this.channel.request('open', undefined, { signal, timeoutMs: Infinity });
      const rows: CurationRow[] = [];
      while (rows.length < opened.total) {
        const page = await this.channel.request('rows', { from: rows.length }, { signal });
        if (page.length === 0) {
          break; // fewer than there were: the change has been told, and all is read anew
        }
        rows.push(...page);
      }
      if (this.running === running) {
        this.onLoaded({ opened, rows });
      }
    } catch (error) {
      if (this.running === running) {
        this.onError(error);
      }
    }
  }
}
