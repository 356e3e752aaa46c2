import type { ModelUsage } from '../log/inspectLog';

export const noUsage: ModelUsage = { input_tokens: 0, output_tokens: 0, total_tokens: 0 };

/** Inspect counts input without what came from, or went to, a cache. */
export function usageOf(counts: {
  readonly uncached: number;
  readonly cacheRead?: number | undefined;
  readonly cacheWrite?: number | undefined;
  readonly output: number;
  readonly reasoning?: number | undefined;
}): ModelUsage {
  const { uncached, cacheRead = 0, cacheWrite = 0, output, reasoning } = counts;
  return {
    input_tokens: uncached,
    output_tokens: output,
    total_tokens: uncached + cacheRead + cacheWrite + output,
    ...(cacheRead > 0 ? { input_tokens_cache_read: cacheRead } : {}),
    ...(cacheWrite > 0 ? { input_tokens_cache_write: cacheWrite } : {}),
    ...(reasoning === undefined ? {} : { reasoning_tokens: reasoning }),
  };
}
