/** A provider of models with a public address. */
export interface Provider {
  readonly keyVariable: string;
  readonly defaultBaseUrl: string;
}

/** Providers by the first part of a model's name. */
const providers: Readonly<Record<string, Provider>> = {
  anthropic: { keyVariable: 'ANTHROPIC_API_KEY', defaultBaseUrl: 'https://api.anthropic.com/v1' },
  openai: { keyVariable: 'OPENAI_API_KEY', defaultBaseUrl: 'https://api.openai.com/v1' },
  google: {
    keyVariable: 'GOOGLE_API_KEY',
    defaultBaseUrl: 'https://generativelanguage.googleapis.com/v1beta',
  },
};

/** The provider that a model's name, `provider/name`, begins with, if it is a well-known one. */
export function knownProvider(model: string): Provider | undefined {
  return providers[model.split('/')[0] ?? ''];
}

/** The environment variable that a model's key is read from: `ANTHROPIC_API_KEY` and its like. */
export function keyVariable(model: string): string {
  const [provider = ''] = model.split('/');
  return (
    knownProvider(model)?.keyVariable ??
    `${provider.toUpperCase().replace(/[^A-Z0-9]/gu, '_')}_API_KEY`
  );
}

/** Whether a model's provider has a public address, which takes nobody without a key. */
export function isPublicModel(model: string): boolean {
  return knownProvider(model) !== undefined;
}
