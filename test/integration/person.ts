import assert from 'node:assert/strict';
import type * as vscode from 'vscode';
import { eventually } from './workbench';

type Show = typeof vscode.window.showInformationMessage;

/** Someone at the window: hears what it says, clicks and types what was agreed on before. */
export class Person {
  private readonly said: string[] = [];
  private readonly inputs: string[] = [];
  private readonly buttons: string[] = [];
  private readonly window: Record<string, unknown>;
  private readonly before = new Map<string, unknown>();

  constructor(window: typeof vscode.window) {
    this.window = window;
    const hear = ((text: string, ...rest: unknown[]) => {
      this.said.push(text);
      const [button] = this.buttons;
      const isOffered = button !== undefined && rest.includes(button);
      return Promise.resolve(isOffered ? this.buttons.shift() : undefined);
    }) as Show;
    this.replace('showInformationMessage', hear);
    this.replace('showWarningMessage', hear);
    this.replace('showErrorMessage', hear);
    this.replace('showInputBox', () => Promise.resolve(this.inputs.shift()));
  }

  types(...texts: string[]): void {
    this.inputs.push(...texts);
  }

  clicks(button: string): void {
    this.buttons.push(button);
  }

  /** @param times How often it was said, at least. */
  async heard(text: RegExp, times = 1): Promise<void> {
    await eventually(`${text.source} to be said`, () => {
      const found = this.said.filter((one) => text.test(one));
      assert.ok(found.length >= times, this.said.join('\n'));
    });
  }

  leaves(): void {
    this.before.forEach((original, name) => (this.window[name] = original));
  }

  private replace(name: string, value: unknown): void {
    this.before.set(name, this.window[name]);
    this.window[name] = value;
  }
}
