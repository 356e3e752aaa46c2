import { UserError } from '../../errors';
import type { Model } from './model';
import { ProviderModel } from './providerModel';
import { keyVariable, knownProvider } from './providers';

export interface ModelSettings {
  /** `provider/name`: `anthropic/…`, `openai/…`, `google/…`, or any other with `baseUrl`. */
  readonly model: string;
  /** For a server of one's own, or a proxy. */
  readonly baseUrl?: string;
  /** Where it is not in the environment; never written anywhere. */
  readonly apiKey?: string;
}

/** Where a model is served, and by which name and key. */
export interface ModelEndpoint {
  /** `provider/name`, as logs have it. */
  readonly model: string;
  /** `anthropic`, `openai`, …: the first part of the model's name. */
  readonly provider: string;
  /** As the server knows it. */
  readonly name: string;
  readonly baseUrl: string;
  /** Never written anywhere. */
  readonly apiKey?: string;
}

/**
 * Finds where a model is served.
 * @throws UserError when the name, the base URL or the key is missing.
 */
export function modelEndpoint(
  settings: ModelSettings,
  environment: Readonly<Record<string, string | undefined>>,
): ModelEndpoint {
  const { model } = settings;
  const [, provider = '', name = ''] = /^([^/]+)\/(.+)$/u.exec(model) ?? [];
  if (name === '') {
    throw new UserError(`"${model}" does not name a model.`, {
      action: 'Write it as provider/name, for example anthropic/claude-sonnet-4-5 or openai/gpt-5.',
    });
  }
  const known = knownProvider(model);
  const variable = keyVariable(model);
  const apiKey = settings.apiKey ?? environment[variable];
  const baseUrl =
    settings.baseUrl ??
    environment[variable.replace(/_API_KEY$/u, '_BASE_URL')] ??
    known?.defaultBaseUrl;
  if (baseUrl === undefined) {
    throw new UserError(`The provider "${provider}" of the model ${model} is not known.`, {
      action: 'Give the address of its OpenAI-compatible server as the base URL.',
    });
  }
  if (apiKey === undefined && known !== undefined && settings.baseUrl === undefined) {
    throw new UserError(`There is no key for ${model}.`, {
      action: `Set ${variable} in the environment, or store a key with "MirrorCode: Set Model Key…".`,
    });
  }
  return { model, provider, name, baseUrl, ...(apiKey === undefined ? {} : { apiKey }) };
}

/**
 * Opens a model by its name. The provider's code is loaded only now.
 * @throws UserError when the name, the base URL or the key is missing.
 */
export async function openModel(
  settings: ModelSettings,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<Model> {
  const { model, provider, name, baseUrl, apiKey } = modelEndpoint(settings, environment);
  const common = { baseURL: baseUrl, ...(apiKey === undefined ? {} : { apiKey }) };
  switch (provider) {
    case 'anthropic': {
      const { createAnthropic } = await import('@ai-sdk/anthropic');
      return new ProviderModel(model, createAnthropic(common)(name), baseUrl);
    }
    case 'google': {
      const { createGoogleGenerativeAI } = await import('@ai-sdk/google');
      return new ProviderModel(model, createGoogleGenerativeAI(common)(name), baseUrl);
    }
    default: {
      const { createOpenAICompatible } = await import('@ai-sdk/openai-compatible');
      const compatible = createOpenAICompatible({ ...common, name: provider, includeUsage: true });
      return new ProviderModel(model, compatible(name), baseUrl);
    }
  }
}
