import * as vscode from 'vscode';
import { languageTitles } from '../../core/targets/languageDefaults';
import type { Language } from '../../core/targets/target';
import { chooseTarget } from '../commands/chooseTarget';
import type { TargetInfo } from '../model/targetInfo';
import { withProgress } from '../progress';
import type { Services } from '../services';
import { promptUri } from './promptDocuments';

/** *Preview Task Prompt*: what an agent would be given, with the leak check. */
export async function previewPrompt(services: Services, argument: unknown): Promise<void> {
  const target = await chooseTarget(services, argument, {
    title: 'Preview Task Prompt',
    placeHolder: 'The prompt of which target?',
  });
  const language = target && (await chooseLanguage(target, argument));
  if (target === undefined || language === undefined) {
    return;
  }
  const uri = promptUri(target, language);
  await withProgress(`Assembling the prompt of ${target.name}`, (signal) =>
    services.prompts.read(target, language, signal),
  );
  await vscode.window.showTextDocument(uri, { preview: true });
}

async function chooseLanguage(
  { languages }: TargetInfo,
  argument: unknown,
): Promise<Language | undefined> {
  const given =
    typeof argument === 'object' && argument !== null && 'language' in argument
      ? languages.find((language) => language === argument.language)
      : undefined;
  if (given !== undefined || languages.length === 1) {
    return given ?? languages[0];
  }
  const choices = languages.map((language) => ({ label: languageTitles[language], language }));
  return (await vscode.window.showQuickPick(choices, { placeHolder: 'In which language?' }))
    ?.language;
}
