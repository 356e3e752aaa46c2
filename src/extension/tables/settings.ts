import type { Prices } from '../../core/agents/budget';
import type { ApiFamily } from '../../core/targets/agentDefinition';
import type { Language, Profile } from '../../core/targets/target';

/** Every setting below `mirrorcode.`, with its type. Defaults are checked against `package.json`. */
export interface Settings {
  readonly engine: 'auto' | 'bubblewrap' | 'docker';
  /** `unix:///…` or `tcp://…`; empty for the usual places. */
  readonly 'docker.socket': string;
  /** Images that the docker engine takes for languages. */
  readonly 'docker.images': Readonly<Partial<Record<Language, string>>>;
  /** Cases run at once; 0 for as many as there are cores. */
  readonly jobs: number;
  /** `target` is what the target's manifest says. */
  readonly profile: 'target' | Profile;
  /** How often a case is recorded and compared with itself. */
  readonly 'record.repeat': number;
  /** Whether the checks that only read files run by themselves when cases change. */
  readonly 'audit.automatic': boolean;
  /** Models offered for runs; a key never stands here. */
  readonly models: readonly {
    readonly model: string;
    readonly baseUrl?: string;
    readonly prices?: Prices;
  }[];
  /** Agents of a command line that are offered for runs, beside those that are known. */
  readonly agents: readonly AgentSetting[];
  /** Scores kept for each target and language; 0 keeps all. */
  readonly 'scores.keep': number;
}

/** An agent of one's own: what `mirrorcode run --agent` is told of it. */
export interface AgentSetting {
  readonly name: string;
  readonly program?: string;
  readonly command: string;
  readonly resume?: string;
  readonly api?: ApiFamily;
  readonly env?: Readonly<Record<string, string>>;
  /** `~/.mine/sessions/*.jsonl`. */
  readonly session?: string;
}

export type SettingName = keyof Settings;

export const settingDefaults: Settings = {
  engine: 'auto',
  'docker.socket': '',
  'docker.images': {},
  jobs: 0,
  profile: 'target',
  'record.repeat': 3,
  'audit.automatic': true,
  models: [],
  agents: [],
  'scores.keep': 20,
};

/** Settings that reach a command line or a socket: not read from an untrusted workspace. */
export const restrictedSettings: readonly SettingName[] = [
  'engine',
  'docker.socket',
  'docker.images',
  'jobs',
  'models',
  'agents',
];
