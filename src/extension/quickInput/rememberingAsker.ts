import type { Answer, Asker, OpenQuestion, PickQuestion, Place, TextQuestion } from './asker';

/**
 * Asks as another does, and offers again what was answered or half typed before, so that a step
 * back costs nobody what they wrote.
 */
export class RememberingAsker implements Asker {
  private readonly texts = new Map<string, string>();
  private readonly labels = new Map<string, string>();

  constructor(private readonly asker: Asker) {}

  async pick<T>(question: PickQuestion<T>, place: Place): Promise<Answer<T>> {
    const { placeholder, choices } = question;
    const label = this.labels.get(placeholder);
    const isThere = choices.some((choice) => choice.label === label);
    const answer = await this.asker.pick(
      isThere
        ? {
            ...question,
            choices: choices.map((choice) => ({ ...choice, picked: choice.label === label })),
          }
        : question,
      place,
    );
    if (answer.kind === 'value') {
      const picked = choices.find(({ value }) => value === answer.value);
      this.labels.set(placeholder, picked?.label ?? '');
    }
    return answer;
  }

  async text(question: TextQuestion, place: Place): Promise<Answer<string>> {
    const { prompt } = question;
    const before = this.texts.get(prompt) ?? '';
    const answer = await this.asker.text(
      before === '' ? question : { ...question, value: before },
      place,
    );
    if (answer.kind !== 'cancel') {
      const typed = answer.kind === 'value' ? answer.value : (answer.draft ?? before);
      // A suggestion that was left as it is gives way to the next one.
      this.texts.set(prompt, typed === question.value ? '' : typed);
    }
    return answer;
  }

  open(question: OpenQuestion, place: Place): Promise<Answer<readonly string[]>> {
    return this.asker.open(question, place);
  }
}
