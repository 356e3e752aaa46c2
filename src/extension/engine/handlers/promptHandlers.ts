import { previewText, promptPreview } from '../../../core/agents/promptPreview';
import type { EngineCalls } from '../api';
import type { Handlers } from '../rpcServer';
import type { Catalogue } from './catalogue';

/** What an agent would be given. */
export function promptHandlers(catalogue: Catalogue): Handlers<Pick<EngineCalls, 'taskPrompt'>> {
  return {
    taskPrompt: async ({ target: info, language }, { signal }) => {
      const target = await catalogue.open(info);
      return { text: previewText(target, await promptPreview(target, language, { signal })) };
    },
  };
}
