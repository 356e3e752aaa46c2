import * as vscode from 'vscode';
import type { Language } from '../../core/targets/target';
import type { EngineThread } from '../engine/engineThread';
import type { TargetInfo } from '../model/targetInfo';
import type { WorkspaceModel } from '../model/workspaceModel';

/** The scheme of previews of task prompts. */
export const promptScheme = 'mirrorcode-prompt';

/** `numfmt_rust.md`, with what finds the target again after a reload. */
export function promptUri({ name, path }: TargetInfo, language: Language): vscode.Uri {
  return vscode.Uri.from({
    scheme: promptScheme,
    path: `/${name}_${language}.md`,
    query: new URLSearchParams({ target: name, folder: path, language }).toString(),
  });
}

/** Previews of task prompts as read-only documents; made anew when cases change. */
export class PromptDocuments implements vscode.TextDocumentContentProvider, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<vscode.Uri>();
  readonly onDidChange = this.changed.event;
  private readonly texts = new Map<string, string>();
  private readonly subscriptions: vscode.Disposable;

  constructor(
    private readonly engine: Pick<EngineThread, 'call'>,
    private readonly model: WorkspaceModel,
  ) {
    const listening = model.onDidChange((change) => {
      if (change === 'targets') {
        this.texts.clear();
        vscode.workspace.textDocuments
          .filter(({ uri }) => uri.scheme === promptScheme)
          .forEach(({ uri }) => this.changed.fire(uri));
      }
    });
    this.subscriptions = vscode.Disposable.from(
      this.changed,
      listening,
      vscode.workspace.registerTextDocumentContentProvider(promptScheme, this),
    );
  }

  /** Has the text made, so that the document opens at once. */
  async read(target: TargetInfo, language: Language, signal?: AbortSignal): Promise<string> {
    const key = promptUri(target, language).toString();
    const known = this.texts.get(key);
    if (known !== undefined) {
      return known;
    }
    const { text } = await this.engine.call(
      'taskPrompt',
      { target, language },
      signal === undefined ? {} : { signal },
    );
    this.texts.set(key, text);
    return text;
  }

  async provideTextDocumentContent(uri: vscode.Uri): Promise<string> {
    const query = new URLSearchParams(uri.query);
    if (this.model.targets.length === 0) {
      await this.model.refresh(); // restored with the window, before anyone has looked
    }
    const target = this.model.findTarget(query.get('folder') ?? '', query.get('target') ?? '');
    const language = target?.languages.find((each) => each === query.get('language'));
    return target === undefined || language === undefined
      ? `There is no target ${query.get('target') ?? ''} here any more.`
      : this.read(target, language);
  }

  dispose(): void {
    this.subscriptions.dispose();
  }
}
