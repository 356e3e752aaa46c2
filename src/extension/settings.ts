import * as vscode from 'vscode';
import type { EngineSettings } from './engine/callTypes';
import { settingDefaults } from './tables/settings';
import type { SettingName, Settings } from './tables/settings';

/** A setting as it stands for a file or folder; the default where it has the wrong type. */
export function readSetting<K extends SettingName>(name: K, scope?: vscode.Uri): Settings[K] {
  const value: unknown = vscode.workspace.getConfiguration('mirrorcode', scope).get(name);
  const fallback = settingDefaults[name];
  return typeof value === typeof fallback ? (value as Settings[K]) : fallback;
}

export function engineSettings(): EngineSettings {
  return {
    engine: readSetting('engine'),
    dockerSocket: readSetting('docker.socket'),
    // A plain copy: what VS Code hands out is a proxy, which cannot cross to another thread.
    dockerImages: { ...readSetting('docker.images') },
    jobs: readSetting('jobs'),
  };
}
