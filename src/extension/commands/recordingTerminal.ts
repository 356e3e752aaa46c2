import * as vscode from 'vscode';
import type { TerminalCallEvent } from '../engine/callTypes';
import { targetRow } from '../model/targetInfo';
import type { TargetInfo } from '../model/targetInfo';
import type { Services } from '../services';
import { engineSettings, readSetting } from '../settings';
import { recordable } from './recordCase';
import { targetSubject } from './subjects';
import { requireTrust } from './trust';

/** *Open Recording Terminal*: a shell in which every call of a target becomes a captured case. */
export async function openRecordingTerminal(
  services: Services,
  argument?: unknown,
): Promise<vscode.Terminal | undefined> {
  requireTrust('Opening a recording terminal');
  const target = targetSubject(argument) ?? (await chooseTarget(services));
  return target === undefined ? undefined : beginTerminal(services, target);
}

async function chooseTarget(services: Services): Promise<TargetInfo | undefined> {
  const targets = recordable(services);
  const items = targets.map((target) => ({
    ...targetRow(target),
    target,
  }));
  const [only] = items;
  const picked =
    items.length === 1
      ? only
      : await vscode.window.showQuickPick(items, {
          title: 'Open Recording Terminal',
          placeHolder: 'Calls of which target are to be captured?',
        });
  return picked?.target;
}

/** @returns the terminal once it is shown; what is captured in it goes on until it is closed. */
function beginTerminal(services: Services, target: TargetInfo): Promise<vscode.Terminal> {
  const { engine, model, log } = services;
  const abort = new AbortController();
  return new Promise((resolve, reject) => {
    const hear = (event: TerminalCallEvent) => {
      if (event.kind === 'ready') {
        resolve(showTerminal(target, event, abort));
      } else if (event.kind === 'leftOut') {
        log.info(`Not captured: ${event.call}: ${event.reason}.`);
      } else {
        model.touch('captures');
      }
    };
    const repeat = readSetting('record.repeat', vscode.Uri.file(target.path));
    engine
      .call(
        'terminal',
        { target, repeat, settings: engineSettings() },
        { signal: abort.signal, onEvent: hear },
      )
      .then(
        () => model.touch('captures'),
        (error: unknown) => {
          // Once the terminal is shown nobody waits for the promise any more.
          reject(error instanceof Error ? error : new Error(String(error)));
          if (abort.signal.aborted) {
            log.error(error);
          }
        },
      );
  });
}

function showTerminal(
  target: TargetInfo,
  { launch, cwd, banner }: Extract<TerminalCallEvent, { kind: 'ready' }>,
  abort: AbortController,
): vscode.Terminal {
  const terminal = vscode.window.createTerminal({
    name: `Record ${target.name}`,
    shellPath: launch.file,
    shellArgs: [...launch.args],
    env: { ...launch.env },
    cwd,
    message: banner.map((line) => `\u001b[2m${line}\u001b[0m`).join('\r\n'),
    iconPath: new vscode.ThemeIcon('record'),
    // What records ends with the window, so the shell does too.
    isTransient: true,
  });
  const closing = vscode.window.onDidCloseTerminal((closed) => {
    if (closed === terminal) {
      closing.dispose();
      abort.abort();
    }
  });
  terminal.show();
  return terminal;
}
