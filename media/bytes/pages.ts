import { html, nothing } from 'lit';
import type { TemplateResult } from 'lit';
import type { SideHead, StreamHead } from '../../src/protocol/bytes';

/** Stands where something failed; never a blank. */
export function errorPage(
  { message, action }: { readonly message: string; readonly action?: string | undefined },
  retry: () => void,
): TemplateResult {
  return html`<div class="blank" role="alert">
    <h2>${message}</h2>
    <p>${action ?? 'Close this view and open the comparison again.'}</p>
    <button class="button" @click=${retry}>Try Again</button>
  </div>`;
}

/** Stands where neither side has a byte. */
export function emptyPage({ name }: StreamHead): TemplateResult {
  return html`<div class="blank">
    <h2>Both sides are empty</h2>
    <p>${name} holds no bytes, neither expected nor actual: there is nothing to compare.</p>
  </div>`;
}

/** What has to be known before the rows are read: a side that is missing, or no difference. */
export function banner(shown: {
  readonly head: StreamHead;
  readonly streams: readonly StreamHead[];
  readonly layout: { readonly coarse: boolean } | undefined;
}): TemplateResult | typeof nothing {
  const { head, layout } = shown;
  const missing = head.expected.missing === true ? 'expected' : 'actual';
  if (head[missing].missing === true && !head.equal) {
    return html`<div class="banner" role="status">
      There is no ${head.name} on the ${missing} side
      ${missing === 'actual' ? ': it was not written.' : ': it should not have been written.'}
    </div>`;
  }
  if (head.equal) {
    return html`<div class="banner" role="status">
      ✓ Both sides are the same bytes. Nothing differs in ${head.name}${elsewhere(shown.streams)}
    </div>`;
  }
  return layout?.coarse === true
    ? html`<div class="banner" role="status">
        The sides are so different that they were compared coarsely: equal lines may be shown as
        changed. Every change shown is exact.
      </div>`
    : nothing;
}

/** Which column is which, and of what file. */
export function columnHeads({ expected, actual }: StreamHead): TemplateResult {
  return html`<div class="column-heads">
    <div title=${expected.path ?? 'expected'}>− Expected ${nameOf(expected)}</div>
    <div title=${actual.path ?? 'actual'}>+ Actual ${nameOf(actual)}</div>
  </div>`;
}

function elsewhere(streams: readonly StreamHead[]): string {
  const other = streams.find((stream) => !stream.equal);
  return other === undefined ? '.' : `; ${other.name} differs: open its tab.`;
}

/** The name of a side's file, unless it is only the hash that a kept output is named by. */
function nameOf({ path }: SideHead): string {
  const name = path?.split(/[\\/]/).at(-1) ?? '';
  return /^[\da-f]{64}$/.test(name) || name === '' ? '' : `· ${name}`;
}
