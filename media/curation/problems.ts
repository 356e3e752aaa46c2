import { html } from 'lit';
import type { TemplateResult } from 'lit';
import { ChannelError } from '../../src/protocol/messages';

/** What went wrong and what to do next, in a sentence or two. */
export function problemOf(error: unknown): string {
  const action = error instanceof ChannelError ? error.action : undefined;
  const message = error instanceof Error ? error.message : String(error);
  return action === undefined ? message : `${message} ${action}`;
}

/** An action that failed, above the cases, which are as they were. */
export function problemBar(problem: string, dismiss: () => void): TemplateResult {
  return html`<div class="problem" role="alert">
    <p>${problem}</p>
    <button class="button" @click=${dismiss}>Dismiss</button>
  </div>`;
}

/** The page of a view that has no cases to show. */
export function errorPage(problem: string, again: () => void): TemplateResult {
  return html`<main class="blank" role="alert">
    <h1>The cases could not be read</h1>
    <p>${problem}</p>
    <button class="button" @click=${again}>Try Again</button>
  </main>`;
}
