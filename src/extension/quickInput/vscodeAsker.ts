import path from 'node:path';
import * as vscode from 'vscode';
import { answered, back, cancelled } from './asker';
import type {
  Answer,
  Asker,
  BrowseButton,
  OpenQuestion,
  PickQuestion,
  Place,
  TextQuestion,
} from './asker';

interface ChoiceItem<T> extends vscode.QuickPickItem {
  readonly value: T;
}

/** Asks with VS Code's own quick picks, input boxes and open dialogs. */
export class VscodeAsker implements Asker {
  pick<T>(question: PickQuestion<T>, place: Place): Promise<Answer<T>> {
    const input = vscode.window.createQuickPick<ChoiceItem<T>>();
    input.placeholder = question.placeholder;
    input.matchOnDescription = true;
    input.matchOnDetail = true;
    input.items = question.choices;
    const picked = input.items.find((item) => item.picked === true);
    if (picked !== undefined) {
      input.activeItems = [picked];
    }
    return show(input, place, (answer) => {
      input.onDidAccept(() => {
        const [item] = input.selectedItems;
        if (item !== undefined) {
          answer(answered(item.value));
        }
      });
    });
  }

  async text(question: TextQuestion, place: Place): Promise<Answer<string>> {
    for (let asked = question; ;) {
      const answer = await this.box(asked, place);
      if (answer.kind !== 'browse') {
        return answer;
      }
      // The box comes back with what was chosen, to be looked at.
      const { browse, typed } = answer;
      const folder = path.isAbsolute(typed) ? path.dirname(typed) : undefined;
      const chosen = await this.open({ ...browse, ...(folder !== undefined && { folder }) }, place);
      asked = { ...asked, value: (chosen.kind === 'value' ? chosen.value[0] : undefined) ?? typed };
    }
  }

  private box(question: TextQuestion, place: Place): Promise<Answer<string> | Browsed> {
    const { browse } = question;
    const input = vscode.window.createInputBox();
    input.prompt = question.prompt;
    input.placeholder = question.placeholder;
    input.value = question.value ?? '';
    if (question.caret === 'behind') {
      input.valueSelection = [input.value.length, input.value.length];
    }
    // Checks may wait; only the answer for the text that stands there now is shown.
    const check = async (): Promise<boolean> => {
      const text = input.value;
      const problem = await question.validate?.(text);
      if (text === input.value) {
        input.validationMessage = problem;
      }
      return problem === undefined && text === input.value;
    };
    return show<string, Browsed>(input, place, (answer) => {
      if (browse !== undefined) {
        const button = { iconPath: new vscode.ThemeIcon('folder-opened'), tooltip: browse.tooltip };
        input.buttons = [...input.buttons, button];
        input.onDidTriggerButton((pressed) => {
          if (pressed === button) {
            answer({ kind: 'browse', browse, typed: input.value });
          }
        });
      }
      input.onDidChangeValue(() => void check());
      input.onDidAccept(async () => {
        const text = input.value;
        if (await check()) {
          answer(answered(text));
        }
      });
    });
  }

  async open(question: OpenQuestion, place: Place): Promise<Answer<readonly string[]>> {
    const uris = await vscode.window.showOpenDialog({
      title: place.title,
      openLabel: question.openLabel,
      canSelectFiles: question.kind !== 'folder',
      canSelectFolders: question.kind === 'folder',
      canSelectMany: question.kind === 'files',
      ...(question.folder !== undefined && { defaultUri: vscode.Uri.file(question.folder) }),
    });
    if (uris === undefined) {
      return place.canGoBack ? back : cancelled;
    }
    return answered(uris.map((uri) => uri.fsPath));
  }
}

/** The dialog is asked for instead of an answer. */
interface Browsed {
  readonly kind: 'browse';
  readonly browse: BrowseButton;
  readonly typed: string;
}

function show<T, More = never>(
  input: vscode.QuickInput & {
    readonly value: string;
    buttons: readonly vscode.QuickInputButton[];
    onDidTriggerButton: vscode.Event<vscode.QuickInputButton>;
  },
  place: Place,
  listen: (answer: (value: Answer<T> | More) => void) => void,
): Promise<Answer<T> | More> {
  input.title = place.title;
  input.ignoreFocusOut = true;
  if (place.totalSteps > 1) {
    input.step = place.step;
    input.totalSteps = place.totalSteps;
  }
  input.buttons = place.canGoBack ? [vscode.QuickInputButtons.Back] : [];
  return new Promise((resolve) => {
    const answer = (value: Answer<T> | More) => {
      resolve(value);
      input.dispose();
    };
    input.onDidTriggerButton((button) => {
      if (button === vscode.QuickInputButtons.Back) {
        answer({ ...back, draft: input.value });
      }
    });
    // Also fires after an answer, when the promise is settled already.
    input.onDidHide(() => answer(cancelled));
    listen(answer);
    input.show();
  });
}
