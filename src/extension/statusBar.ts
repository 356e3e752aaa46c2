import * as vscode from 'vscode';
import type { EngineStatus } from '../core/sandbox/sandbox';
import { registerCommand } from './commands/registerCommands';
import { languageTitles } from '../core/targets/languageDefaults';
import { engineInUse, engineProblem } from './model/engineText';
import { scoreText, shortScoreText } from './model/scoreText';
import type { Services } from './services';
import { engineSettings, readSetting } from './settings';
import { commands } from './tables/commands';

/** What the status bar says of the engines. */
type EngineState =
  | { readonly kind: 'unknown' }
  | { readonly kind: 'tried'; readonly statuses: readonly EngineStatus[] };

/** The engine in use and the last score; a click offers what to do. */
export class StatusBar implements vscode.Disposable {
  private readonly item = vscode.window.createStatusBarItem(
    'mirrorcode.status',
    vscode.StatusBarAlignment.Left,
  );
  private state: EngineState = { kind: 'unknown' };
  private readonly subscriptions: vscode.Disposable;

  constructor(private readonly services: Services) {
    this.item.name = 'MirrorCode';
    this.item.command = commands.showActions;
    this.subscriptions = vscode.Disposable.from(
      this.item,
      services.model.onDidChange((change) => {
        if (change === 'targets' && this.state.kind === 'unknown') {
          void this.probe();
        } else if (change === 'targets' || change === 'scores') {
          this.update();
        }
      }),
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration('mirrorcode')) {
          void this.probe();
        }
      }),
      vscode.workspace.onDidGrantWorkspaceTrust(() => void this.probe()),
      registerCommand(services, 'showActions', () => this.showActions()),
    );
  }

  /** Tries the engines, in the engine's own thread. */
  async probe(): Promise<void> {
    const { model, engine, log } = this.services;
    if (!vscode.workspace.isTrusted || model.targets.length === 0) {
      this.update();
      return;
    }
    try {
      this.state = {
        kind: 'tried',
        statuses: await engine.call('probe', { settings: engineSettings() }),
      };
    } catch (error) {
      log.error(error);
    }
    this.update();
  }

  dispose(): void {
    this.subscriptions.dispose();
  }

  private update(): void {
    const { model } = this.services;
    if (model.targets.length === 0) {
      this.item.hide();
      return;
    }
    const [newest] = model.scores;
    const engine = this.engineText();
    const score =
      newest === undefined ? '' : ` · ${newest.header.target} ${shortScoreText(newest)}`;
    this.item.text = `$(beaker) ${engine.text}${score}`;
    this.item.tooltip = new vscode.MarkdownString(
      [
        `**MirrorCode**`,
        engine.detail,
        newest === undefined
          ? 'Nothing has been scored yet.'
          : `Last score: ${newest.header.target} in ${languageTitles[newest.header.language]}, ${scoreText(newest)}`,
      ].join('\n\n'),
    );
    this.item.backgroundColor = engine.broken
      ? new vscode.ThemeColor('statusBarItem.warningBackground')
      : undefined;
    this.item.accessibilityInformation = { label: `MirrorCode: ${engine.text}${score}` };
    this.item.show();
  }

  private engineText(): { text: string; detail: string; broken: boolean } {
    if (!vscode.workspace.isTrusted) {
      return { text: 'not trusted', detail: 'Nothing runs in this workspace.', broken: false };
    }
    if (this.state.kind === 'unknown') {
      return { text: 'MirrorCode', detail: 'The engines have not been tried yet.', broken: false };
    }
    const choice = readSetting('engine');
    const { statuses } = this.state;
    const inUse = engineInUse(statuses, choice);
    const problem = engineProblem(statuses, choice) ?? '';
    return inUse === undefined
      ? { text: 'no engine', detail: `${problem} *Doctor* says why.`, broken: true }
      : {
          text: inUse.engine,
          detail: [`Engine: ${inUse.engine} ${inUse.version}`, ...inUse.warnings].join('\n\n'),
          broken: false,
        };
  }

  private async showActions(): Promise<void> {
    const action = (label: string, description: string, command: string) => ({
      label,
      description,
      command,
    });
    const picked = await vscode.window.showQuickPick(
      [
        action('$(play) Score Candidate…', 'build it and run every case', commands.scoreCandidate),
        action('$(record) Record Case…', 'from a command line', commands.recordCase),
        action(
          '$(verified) Re-verify Reference',
          'do the golds still hold',
          commands.verifyReference,
        ),
        action('$(hubot) Run Agent…', 'that rebuilds a target', commands.runAgent),
        action('$(checklist) Audit Target', 'what would make a task unfair', commands.auditTarget),
        action('$(add) New Target…', 'from a reference executable', commands.newTarget),
        action('$(pulse) Doctor', 'which engines work here', commands.doctor),
        action('$(output) Show Log', '', commands.showLog),
        action('$(gear) Settings', '', 'workbench.action.openSettings'),
      ],
      {
        title: 'MirrorCode',
        placeHolder: (this.engineText().detail.split('\n')[0] ?? '').replaceAll('*', ''),
      },
    );
    if (picked !== undefined) {
      await vscode.commands.executeCommand(
        picked.command,
        ...(picked.command === 'workbench.action.openSettings' ? ['mirrorcode.'] : []),
      );
    }
  }
}
