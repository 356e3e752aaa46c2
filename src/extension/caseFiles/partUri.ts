import * as vscode from 'vscode';
import type { PartRef } from '../engine/callTypes';

/** The scheme under which the parts of cases open as documents of their own. */
export const partScheme = 'mirrorcode-part';

/** The path is for people and for what tells the language; the query says which part it is. */
export function partUri(ref: PartRef): vscode.Uri {
  const { name, part } = ref;
  return vscode.Uri.from({
    scheme: partScheme,
    path: `/${name}/${part.path ?? part.kind}`,
    query: JSON.stringify(ref),
  });
}

/** Reads back what `partUri` made; undefined for anything else. */
export function parsePartUri({ scheme, query }: vscode.Uri): PartRef | undefined {
  if (scheme !== partScheme) {
    return undefined;
  }
  try {
    const ref = JSON.parse(query) as Partial<PartRef>;
    const isWhole =
      typeof ref.root === 'string' &&
      typeof ref.target === 'string' &&
      typeof ref.name === 'string' &&
      typeof ref.queued === 'boolean' &&
      typeof ref.part?.kind === 'string';
    return isWhole ? (ref as PartRef) : undefined;
  } catch {
    return undefined; // a link that someone has typed
  }
}
