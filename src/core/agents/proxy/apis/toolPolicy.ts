import { asArray, asObject, asText } from '../../../transcripts/values';
import type { JsonObject } from '../../../transcripts/values';
import { RefusedCall } from './modelApi';

/** A call's tools without those that the model's server would run: they reach the network. */
export function withoutServerTools(
  tools: unknown,
  runsHere: RegExp,
): { readonly tools: readonly unknown[]; readonly removed: readonly string[] } {
  const removed: string[] = [];
  const kept = asArray(tools).flatMap((tool): unknown[] => {
    const { type, name, tools: nested } = asObject(tool);
    const kind = type === undefined ? '' : asText(type);
    if (!runsHere.test(kind)) {
      removed.push(asText(name) || kind);
      return [];
    }
    if (!Array.isArray(nested)) {
      return [tool];
    }
    const inside = withoutServerTools(nested, runsHere);
    removed.push(...inside.removed);
    return [{ ...asObject(tool), tools: inside.tools }];
  });
  return { tools: kept, removed };
}

/** @throws RefusedCall for a picture or file that the model's server would have to fetch. */
export function refuseAddress(address: unknown): void {
  if (typeof address === 'string' && !/^data:/iu.test(address)) {
    throw new RefusedCall(
      'There is no network: pictures and files must be in the request itself, not at an address.',
    );
  }
}

/** The body without these keys, as the model is to see it. */
export function bodyWithout(body: JsonObject, keys: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(body).filter(([key]) => !keys.includes(key)));
}
