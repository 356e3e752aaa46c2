import assert from 'node:assert/strict';
import { answered } from '../../../src/extension/quickInput/asker';
import type {
  Answer,
  Asker,
  OpenQuestion,
  PickQuestion,
  Place,
  TextQuestion,
} from '../../../src/extension/quickInput/asker';

type Scripted =
  | string
  | readonly string[]
  | { readonly kind: 'back'; readonly draft?: string }
  | { readonly kind: 'cancel' };

/** Answers questions from a list: a choice by its label, a text as typed, a dialog by its paths. */
export class ScriptedAsker implements Asker {
  /** The questions as they were asked. */
  readonly log: string[] = [];
  /** What stood already in each text question. */
  readonly offered: (string | undefined)[] = [];

  constructor(private readonly script: readonly Scripted[]) {}

  pick<T>({ placeholder, choices }: PickQuestion<T>, place: Place): Promise<Answer<T>> {
    const script = this.next(placeholder, place);
    if (typeof script !== 'string') {
      return Promise.resolve(script as { kind: 'back' | 'cancel' });
    }
    const choice = choices.find(({ label }) => label === script);
    assert.ok(choice, `“${script}” is none of ${choices.map(({ label }) => label).join(', ')}`);
    return Promise.resolve(answered(choice.value));
  }

  async text({ prompt, validate, value }: TextQuestion, place: Place): Promise<Answer<string>> {
    this.offered.push(value);
    for (;;) {
      const script = this.next(prompt, place);
      if (typeof script !== 'string') {
        return script as { kind: 'back' | 'cancel' };
      }
      const problem = await validate?.(script);
      if (problem === undefined) {
        return answered(script);
      }
      // As a person would, answers anew when told what is wrong.
      this.log.push(`✘ ${problem}`);
    }
  }

  open({ openLabel }: OpenQuestion, place: Place): Promise<Answer<readonly string[]>> {
    const script = this.next(openLabel, place);
    return Promise.resolve(
      Array.isArray(script)
        ? answered(script as readonly string[])
        : (script as { kind: 'back' | 'cancel' }),
    );
  }

  private next(question: string, { step, totalSteps }: Place): Scripted {
    const script = this.script[this.log.filter((line) => !line.startsWith('✘')).length];
    this.log.push(`${step}/${totalSteps} ${question}`);
    assert.ok(script !== undefined, `no answer for “${question}”`);
    return script;
  }
}
