/** What a person answered: a value, a step back, or that they gave up. */
export type Answer<T> =
  | { readonly kind: 'value'; readonly value: T }
  | {
      readonly kind: 'back';
      /** What was typed by then. */
      readonly draft?: string;
    }
  | { readonly kind: 'cancel' };

export const back = { kind: 'back' } as const;
export const cancelled = { kind: 'cancel' } as const;

export function answered<T>(value: T): Answer<T> {
  return { kind: 'value', value };
}

/** The answer with its value changed; back and cancel stay what they are. */
export function mapAnswer<A, B>(answer: Answer<A>, change: (value: A) => B): Answer<B> {
  return answer.kind === 'value' ? answered(change(answer.value)) : answer;
}

/** Where in a flow a question stands. */
export interface Place {
  readonly title: string;
  /** Base 1. */
  readonly step: number;
  readonly totalSteps: number;
  readonly canGoBack: boolean;
}

export interface Choice<T> {
  readonly label: string;
  readonly description?: string;
  readonly detail?: string;
  readonly value: T;
  readonly picked?: boolean;
}

export interface PickQuestion<T> {
  readonly placeholder: string;
  readonly choices: readonly Choice<T>[];
}

/** A way to answer a text question other than by typing. */
export interface BrowseButton {
  readonly tooltip: string;
  readonly openLabel: string;
  readonly kind: OpenQuestion['kind'];
}

export interface TextQuestion {
  readonly prompt: string;
  readonly placeholder?: string;
  /** What stands there already, selected, or begun with the caret behind it. */
  readonly value?: string;
  readonly caret?: 'behind';
  /** A button that opens a dialog; the path chosen there becomes the text, to be looked at. */
  readonly browse?: BrowseButton;
  /** A sentence that says what is wrong with the text, or nothing. */
  readonly validate?: (text: string) => string | undefined | Promise<string | undefined>;
}

export interface OpenQuestion {
  readonly openLabel: string;
  readonly kind: 'file' | 'files' | 'folder';
  /** Absolute path of the folder to begin in. */
  readonly folder?: string;
}

/** Asks one question at a time. In VS Code: quick picks, input boxes and open dialogs. */
export interface Asker {
  pick<T>(question: PickQuestion<T>, place: Place): Promise<Answer<T>>;
  text(question: TextQuestion, place: Place): Promise<Answer<string>>;
  /** Absolute paths. A dialog has no back button: leaving it is a step back. */
  open(question: OpenQuestion, place: Place): Promise<Answer<readonly string[]>>;
}
