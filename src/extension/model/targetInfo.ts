import type { Language, Profile, Tier } from '../../core/targets/target';

/** What the editor shows of a target: plain data, so that it crosses between threads. */
export interface TargetInfo {
  /** Unique in a workspace and the same after a reload. */
  readonly key: string;
  readonly name: string;
  readonly title: string;
  readonly tier?: Tier;
  readonly domain?: string;
  /** The target's own folder, absolute. */
  readonly path: string;
  readonly manifestPath?: string;
  /** The workspace folder that it was found in; `.mirrorcode/` lies there. */
  readonly root: string;
  readonly store: { readonly kind: 'case' | 'gold'; readonly path: string };
  readonly hasReference: boolean;
  readonly languages: readonly Language[];
  /** Names of the agents that its manifest describes. */
  readonly agents: readonly string[];
  readonly profile: Profile;
  /** Seconds for one case. */
  readonly timeout: number;
  /** Candidate folders that lie in the target's own `candidates/`, absolute. */
  readonly candidates: Readonly<Partial<Record<Language, string>>>;
}

/** What a title says beside the target's name; nothing where it is the name, or begins with it. */
export function titleBeside({
  name,
  title,
}: Pick<TargetInfo, 'name' | 'title'>): string | undefined {
  const beside = title.startsWith(`${name}: `) ? title.slice(name.length + 2) : title;
  return beside === name ? undefined : beside;
}

/** A target as a list shows it that one is chosen from. */
export function targetRow(target: TargetInfo): { label: string; description?: string } {
  const description = titleBeside(target);
  return { label: target.name, ...(description !== undefined && { description }) };
}

/** A target that is there and cannot be read. */
export interface BrokenTarget {
  readonly path: string;
  readonly name: string;
  /** A sentence that says what is wrong and what to do. */
  readonly problem: string;
}

export interface CaseCounts {
  readonly visible: number;
  readonly hidden: number;
  readonly ablated: number;
  readonly total: number;
  /** Hidden cases that mirror no visible one. */
  readonly unpaired: number;
  readonly flaky: number;
  readonly unreadable: number;
}
