import * as vscode from 'vscode';
import { isPublicModel, keyVariable } from '../../core/agents/models/providers';

export interface ModelKey {
  /** The environment variable that the run's process reads it from. */
  readonly variable: string;
  readonly value: string;
}

/** The keys of models: VS Code's secret storage, else the environment. Never in a setting or a log. */
export class ModelKeys {
  constructor(
    private readonly secrets: vscode.SecretStorage,
    private readonly environment: Readonly<Record<string, string | undefined>>,
  ) {}

  async find(model: string): Promise<ModelKey | undefined> {
    const variable = keyVariable(model);
    const value = (await this.secrets.get(secretName(variable))) ?? this.environment[variable];
    return value === undefined ? undefined : { variable, value };
  }

  /**
   * The key of a model; asked for where none is known and its provider takes nobody without.
   * @returns nothing where none is needed; `cancelled` when the person gave up.
   */
  async need(
    model: string,
    baseUrl: string | undefined,
  ): Promise<ModelKey | undefined | 'cancelled'> {
    const known = await this.find(model);
    if (known !== undefined || baseUrl !== undefined || !isPublicModel(model)) {
      return known;
    }
    return (await this.ask(model)) ?? 'cancelled';
  }

  /** Asks for a key and keeps it; an empty one forgets what was kept. */
  async ask(model: string): Promise<ModelKey | undefined> {
    const variable = keyVariable(model);
    const value = await vscode.window.showInputBox({
      title: `Key for ${model.split('/')[0] ?? model}`,
      prompt: `Kept in VS Code's secret storage. The variable ${variable} of the environment does as well.`,
      password: true,
      ignoreFocusOut: true,
    });
    if (value === undefined) {
      return undefined;
    }
    if (value === '') {
      await this.secrets.delete(secretName(variable));
      return undefined;
    }
    await this.secrets.store(secretName(variable), value);
    return { variable, value };
  }
}

function secretName(variable: string): string {
  return `model.${variable}`;
}
