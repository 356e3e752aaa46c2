import type { RunOptions } from 'axe-core';
import { readFile } from 'node:fs/promises';
import path from 'node:path';

/** The themes that a view is tried in: one of each kind that VS Code has. */
export const themeNames = ['dark', 'light', 'hcDark', 'hcLight'] as const;
export type ThemeName = (typeof themeNames)[number];

/** What a theme can make wrong is the contrast; all else is looked at in the first one. */
export function rulesFor(theme: ThemeName): RunOptions {
  return theme === 'dark' ? {} : { runOnly: ['color-contrast'] };
}

/** What VS Code gives a webview of a theme, as captureThemes.ts recorded it. */
export interface Theme {
  /** The class of the body: `vscode-dark`, `vscode-high-contrast`, … */
  readonly kind: string;
  readonly id: string;
  /** The style sheet that VS Code puts before a view's own. */
  readonly defaultStyles: string;
  /** `--vscode-…` and their values, set on the root element. */
  readonly variables: Readonly<Record<string, string>>;
}

export async function readTheme(name: ThemeName): Promise<Theme> {
  const file = path.join(import.meta.dirname, 'themes', `${name}.json`);
  return JSON.parse(await readFile(file, 'utf8')) as Theme;
}
