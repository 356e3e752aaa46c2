import { html } from 'lit';
import type { TemplateResult } from 'lit';
import { pressKey } from '../ui/keys';

/** The field that takes an offset; Enter goes there, Escape leaves. */
export function goToBar(actions: {
  readonly go: (text: string) => void;
  readonly leave: () => void;
}): TemplateResult {
  const press = (event: KeyboardEvent) =>
    pressKey(event, {
      Escape: () => actions.leave(),
      Enter: () => actions.go((event.target as HTMLInputElement).value),
    });
  return html`<div class="find">
    <input
      class="field go-to"
      type="text"
      aria-label="Go to byte offset, decimal or 0x and hex"
      placeholder="Byte offset: 1234 or 0x4d2"
      spellcheck="false"
      @keydown=${press}
    />
  </div>`;
}

/** @returns bytes from 0, of decimal or `0x` digits; NaN of anything else. */
export function parseOffset(text: string): number {
  const digits = text.trim();
  return /^(?:0x[\da-f]+|\d+)$/i.test(digits) ? Number(digits) : Number.NaN;
}
