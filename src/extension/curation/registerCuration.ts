import * as vscode from 'vscode';
import type { Disposable } from '../../core/disposable';
import { curationStateParser } from '../../protocol/curation';
import { chooseTarget } from '../commands/chooseTarget';
import { registerCommand } from '../commands/registerCommands';
import type { TargetInfo } from '../model/targetInfo';
import type { Services } from '../services';
import { CurationPanel } from './curationPanel';

export const curationViewType = 'mirrorcode.curation';

/** Registers *Open Curation* and the views that it opens, which come back after a reload. */
export function registerCuration(services: Services): Disposable {
  const panels = new CurationPanels(services);
  return vscode.Disposable.from(
    panels,
    registerCommand(services, 'openCuration', async (argument) => {
      const target = await chooseTarget(services, argument, {
        title: 'Open Curation',
        placeHolder: 'Which target’s cases?',
      });
      if (target !== undefined) {
        panels.open(target);
      }
    }),
    vscode.window.registerWebviewPanelSerializer(curationViewType, panels),
  );
}

/** The open curation views, one a target. */
class CurationPanels implements Disposable, vscode.WebviewPanelSerializer {
  private readonly panels = new Map<string, CurationPanel>();

  constructor(private readonly services: Services) {}

  open(target: TargetInfo): void {
    const known = this.panels.get(target.key);
    if (known !== undefined) {
      known.reveal();
      return;
    }
    const column = vscode.window.activeTextEditor?.viewColumn ?? vscode.ViewColumn.Active;
    const options = { enableFindWidget: false, retainContextWhenHidden: false };
    this.adopt(
      vscode.window.createWebviewPanel(curationViewType, target.name, column, options),
      target,
    );
  }

  async deserializeWebviewPanel(panel: vscode.WebviewPanel, state: unknown): Promise<void> {
    try {
      const { restore } = curationStateParser(state);
      const { folder, name } = JSON.parse(restore) as { folder?: string; name?: string };
      const { model } = this.services;
      if (model.targets.length === 0) {
        await model.refresh();
      }
      const target = model.findTarget(folder ?? '', name);
      if (target === undefined) {
        panel.dispose();
        return;
      }
      this.adopt(panel, target);
    } catch (error) {
      this.services.log.error(error);
      panel.dispose();
    }
  }

  dispose(): void {
    for (const panel of this.panels.values()) {
      panel.dispose();
    }
    this.panels.clear();
  }

  private adopt(panel: vscode.WebviewPanel, target: TargetInfo): void {
    const opened = new CurationPanel(panel, target, this.services);
    this.panels.set(target.key, opened);
    panel.onDidDispose(() => {
      opened.dispose();
      if (this.panels.get(target.key) === opened) {
        this.panels.delete(target.key);
      }
    });
  }
}
