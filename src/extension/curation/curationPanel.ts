import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import { hiddenGoal } from '../../core/audit/checks/hiddenShare';
import type { Disposable } from '../../core/disposable';
import { languageTitles } from '../../core/targets/languageDefaults';
import { curationHostParsers } from '../../protocol/curation';
import type {
  CurationAction,
  CurationHost,
  CurationOpened,
  CurationView,
} from '../../protocol/curation';
import { MessageChannel } from '../../protocol/messages';
import { viewPage } from '../../protocol/viewPage';
import type { TargetInfo } from '../model/targetInfo';
import type { Services } from '../services';
import { commands } from '../tables/commands';
import type { CommandName } from '../tables/commands';
import type { CasesSubject } from './caseSelection';
import { undoCuration } from './curateCases';
import { deleteCases, groupCases, labelCases, moveCases } from './curationCommands';

/** Rows of one page: few enough that the extension host is never held up by them. */
const pageSize = 500;

type Act = (services: Services, cases: CasesSubject) => Promise<void>;

/** Called as they are, not as commands: the view itself shows what they throw. */
const actions: Readonly<Record<CurationAction, Act>> = {
  hide: (services, cases) => moveCases(services, 'hidden', cases, undefined),
  show: (services, cases) => moveCases(services, 'visible', cases, undefined),
  label: (services, cases) => labelCases(services, cases, undefined),
  group: (services, cases) => groupCases(services, cases, undefined),
  delete: (services, cases) => deleteCases(services, cases, undefined),
};

/** One curation view: the cases of a target as a table, and what is done with those selected. */
export class CurationPanel implements Disposable {
  private readonly channel: MessageChannel<CurationHost, CurationView>;
  private readonly subscription: Disposable;
  private disposed = false;

  constructor(
    private readonly panel: vscode.WebviewPanel,
    private readonly target: TargetInfo,
    private readonly services: Services,
  ) {
    const { webview } = panel;
    const { extensionUri } = services.context;
    const media = vscode.Uri.joinPath(extensionUri, 'dist', 'media');
    webview.options = { enableScripts: true, localResourceRoots: [media] };
    panel.title = `${target.name} (curation)`;
    panel.iconPath = {
      light: vscode.Uri.joinPath(extensionUri, 'media', 'icons', 'case-light.svg'),
      dark: vscode.Uri.joinPath(extensionUri, 'media', 'icons', 'case-dark.svg'),
    };
    this.channel = new MessageChannel<CurationHost, CurationView>(
      {
        post: (message) => void webview.postMessage(message),
        onMessage: (listener) => webview.onDidReceiveMessage(listener),
      },
      curationHostParsers,
      (problem) => services.log.info(`Curation view: ${problem}`),
    );
    this.serve();
    this.subscription = services.model.onDidChange((change) => {
      if (change === 'counts' || change === 'scores') {
        this.channel.send('changed', undefined);
      }
    });
    webview.html = this.page(media);
  }

  reveal(): void {
    this.panel.reveal();
  }

  dispose(): void {
    this.disposed = true;
    this.subscription.dispose();
    this.channel.dispose();
  }

  private serve(): void {
    const { channel, services } = this;
    const { engine } = services;
    channel.handle('open', (_, { signal }) => this.open(signal));
    channel.handle('rows', ({ from }) =>
      engine.call('curationRows', { target: this.now(), from, count: pageSize }),
    );
    channel.handle('act', async ({ action, names }) => {
      const subject: CasesSubject = { kind: 'cases', target: this.now(), names };
      await actions[action](services, subject);
      return this.changed();
    });
    channel.handle('undo', async () => {
      await undoCuration(services);
      return this.changed();
    });
    channel.on('openCase', ({ name }) => {
      this.run('openCase', { kind: 'case', target: this.now(), name });
    });
  }

  private changed(): null {
    if (!this.disposed) {
      this.channel.send('changed', undefined);
    }
    return null;
  }

  private async open(signal: AbortSignal): Promise<CurationOpened> {
    const target = this.now();
    const { engine, model } = this.services;
    const candidates = model.verdictFolders(target);
    const { total, options } = await engine.call(
      'curationFacts',
      { target, scores: candidates.map(([, dirs]) => dirs) },
      { signal },
    );
    return {
      target: target.name,
      title: target.title,
      total,
      candidates: candidates.map(([language]) => languageTitles[language]),
      options,
      goal: hiddenGoal,
      restore: JSON.stringify({ folder: target.path, name: target.name }),
    };
  }

  /** The target as the workspace knows it now. */
  private now(): TargetInfo {
    const { path, name } = this.target;
    return this.services.model.findTarget(path, name) ?? this.target;
  }

  private run(command: CommandName, argument?: unknown): void {
    vscode.commands
      .executeCommand(commands[command], argument)
      .then(undefined, (error: unknown) => void this.services.log.tell(error));
  }

  private page(media: vscode.Uri): string {
    const { webview } = this.panel;
    const uri = (name: string) =>
      webview.asWebviewUri(vscode.Uri.joinPath(media, name)).toString(true);
    return viewPage({
      title: this.panel.title,
      scriptUri: uri('curation.js'),
      styleUri: uri('curation.css'),
      source: webview.cspSource,
      nonce: randomBytes(16).toString('base64'),
    });
  }
}
