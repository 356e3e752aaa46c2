import * as vscode from 'vscode';
import { caseOfDocument } from '../commands/subjects';
import { isVisible } from '../../core/cases/case';
import type { Services } from '../services';
import { commands } from '../tables/commands';
import type { CaseSummary } from '../../core/cases/caseStore';
import { optionsInArgs } from '../../core/audit/options';
import { engineSettings } from '../settings';
import type { CaseSubject } from '../trees/taskViews';
import { CaseNames } from './caseNames';
import { CaseDiagnostics } from './caseDiagnostics';
import { caseLanguageId } from './caseLanguageId';
import { formatEdits } from './formatting';
import { completionsAt } from './completions';
import type { CompletionText } from './completions';
import { hoverAt } from './hovers';
import { outlineCase } from './outline';

const selector: vscode.DocumentSelector = { language: caseLanguageId };

/** Everything that a person has while writing a case. */
export function registerCaseLanguage(services: Services): vscode.Disposable {
  const diagnostics = new CaseDiagnostics(services);
  const names = new CaseNames(services);
  return vscode.Disposable.from(
    diagnostics,
    vscode.languages.registerRenameProvider(selector, names),
    vscode.languages.registerReferenceProvider(selector, names),
    vscode.languages.registerDefinitionProvider(selector, names),
    vscode.languages.registerCodeActionsProvider(selector, diagnostics, {
      providedCodeActionKinds: [vscode.CodeActionKind.QuickFix],
    }),
    vscode.languages.registerDocumentFormattingEditProvider(selector, {
      provideDocumentFormattingEdits: (document) => formatEdits(services.engine, document),
    }),
    vscode.languages.registerDocumentSymbolProvider(selector, { provideDocumentSymbols: symbols }),
    vscode.languages.registerFoldingRangeProvider(selector, { provideFoldingRanges: folds }),
    vscode.languages.registerHoverProvider(selector, { provideHover: hover }),
    vscode.languages.registerCompletionItemProvider(
      selector,
      {
        provideCompletionItems: (document, position) => complete(services, document, position),
      },
      '"',
      '-',
      ' ',
    ),
    vscode.languages.registerCodeLensProvider(selector, {
      provideCodeLenses: (document) => lenses(services, document),
    }),
  );
}

function symbols(document: vscode.TextDocument): vscode.DocumentSymbol[] {
  const { headers, parts } = outlineCase(document.getText());
  const range = (from: number, to: number) =>
    new vscode.Range(from, 0, to, document.lineAt(to).text.length);
  return [
    ...headers.map(({ key, line, value }) => {
      const whole = range(line, line);
      return new vscode.DocumentSymbol(key, value, vscode.SymbolKind.Property, whole, whole);
    }),
    ...parts.map(({ kind, path, attributes, line, end }) => {
      const name = path === undefined ? kind : `${kind} ${path}`;
      const symbolKind = path === undefined ? vscode.SymbolKind.String : vscode.SymbolKind.File;
      return new vscode.DocumentSymbol(
        name,
        attributes,
        symbolKind,
        range(line, end),
        range(line, line),
      );
    }),
  ];
}

function folds(document: vscode.TextDocument): vscode.FoldingRange[] {
  const { headers, parts } = outlineCase(document.getText());
  const [first, last] = [headers[0], headers.at(-1)];
  return [
    ...(first === undefined || last === undefined || first.line === last.line
      ? []
      : [new vscode.FoldingRange(first.line, last.line)]),
    ...parts
      .filter(({ line, end }) => end > line)
      .map(({ line, end }) => new vscode.FoldingRange(line, end)),
  ];
}

function hover(
  document: vscode.TextDocument,
  { line, character }: vscode.Position,
): vscode.Hover | undefined {
  const text = hoverAt(document.getText(), { line, column: character }, new Date());
  return text === undefined
    ? undefined
    : new vscode.Hover(
        new vscode.MarkdownString(text.markdown),
        new vscode.Range(line, text.start, line, text.end),
      );
}

/** What the reference says for `--help`, where it may be asked, and what other cases give it. */
async function knownOptions(
  { engine, log }: Services,
  { target }: CaseSubject,
  others: readonly CaseSummary[],
): Promise<string[]> {
  const mayAsk = vscode.workspace.isTrusted && target.hasReference;
  const named = mayAsk
    ? await engine
        .call('options', { target, settings: engineSettings() })
        .catch((error: unknown) => {
          log.error(error);
          return [];
        })
    : [];
  const known = new Set(named);
  others.forEach(({ args }) => optionsInArgs(args, known).forEach((option) => known.add(option)));
  return [...known].sort();
}

const completionKinds: Readonly<Record<CompletionText['kind'], vscode.CompletionItemKind>> = {
  header: vscode.CompletionItemKind.Property,
  part: vscode.CompletionItemKind.Keyword,
  label: vscode.CompletionItemKind.EnumMember,
  name: vscode.CompletionItemKind.Reference,
  option: vscode.CompletionItemKind.Constant,
};

async function complete(
  services: Services,
  document: vscode.TextDocument,
  { line, character }: vscode.Position,
): Promise<vscode.CompletionItem[]> {
  const { model } = services;
  const subject = await caseOfDocument(document.uri, model);
  const inArgs = document.lineAt(line).text.startsWith('args:');
  const cases = subject === undefined ? [] : (await model.listing(subject.target)).cases;
  const others = cases.filter(({ name }) => name !== subject?.name);
  return completionsAt(
    document.getText(),
    { line, column: character },
    {
      visibleNames: others.filter(isVisible).map(({ name }) => name),
      labels: [...new Set(others.flatMap(({ labels }) => labels))].sort(),
      options: inArgs && subject !== undefined ? await knownOptions(services, subject, others) : [],
    },
  ).map(({ label, kind, insert, docs, start, end }) => {
    const item = new vscode.CompletionItem(label, completionKinds[kind]);
    item.range = new vscode.Range(line, start, line, end);
    item.insertText = insert;
    // VS Code filters by what stands in the range already, such as `-- st`.
    item.filterText = kind === 'part' ? insert : label;
    if (docs !== undefined) {
      item.documentation = new vscode.MarkdownString(docs);
    }
    return item;
  });
}

/** Above each part that holds bytes: its own editor. */
function partLenses(document: vscode.TextDocument): vscode.CodeLens[] {
  return outlineCase(document.getText())
    .parts.filter(({ attributes }) => !/\b(?:absent|dir|link=)/u.test(attributes))
    .map(({ kind, path, line }) => {
      const part = { kind, ...(path !== undefined && { path }) };
      const isGold = kind !== 'stdin' && kind !== 'file';
      return new vscode.CodeLens(new vscode.Range(line, 0, line, 0), {
        title: isGold ? '$(eye) View' : '$(go-to-file) Open',
        command: commands.openPart,
        tooltip: isGold
          ? 'The raw bytes that the reference gave, read-only'
          : 'The raw bytes in an editor of their own, saved back into the case',
        arguments: [{ uri: document.uri.toString(), part }],
      });
    });
}

/** Always the same lenses in the same place, so that the text never jumps. */
async function lenses(
  { model }: Services,
  document: vscode.TextDocument,
): Promise<vscode.CodeLens[]> {
  const top = new vscode.Range(0, 0, 0, 0);
  const capture = model.captures.find(({ path }) => path === document.uri.fsPath);
  const subject =
    capture === undefined
      ? await caseOfDocument(document.uri, model)
      : { kind: 'capture', capture };
  if (subject === undefined) {
    return [];
  }
  const lens = (title: string, command: string, tooltip: string) =>
    new vscode.CodeLens(top, { title, command, tooltip, arguments: [subject] });
  const parts = partLenses(document);
  if (!('target' in subject)) {
    return [
      lens('$(check) Accept', commands.acceptCapture, 'Put the case into its target'),
      lens('$(close) Reject', commands.rejectCapture, 'Throw the recording away'),
      ...parts,
    ];
  }
  return [
    lens('$(play) Run', commands.runCase, 'Judge the candidate on this case'),
    ...(subject.target.hasReference
      ? [lens('$(record) Re-record', commands.rerecordCase, 'Ask the reference anew')]
      : []),
    lens('$(diff) Compare', commands.compareCase, 'The gold beside what the candidate gave'),
    ...(subject.target.hasReference
      ? [lens('$(mirror) Make dual', commands.makeDual, 'The same with other values, recorded')]
      : []),
    ...parts,
  ];
}
