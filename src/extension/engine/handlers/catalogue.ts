import { access, readdir } from 'node:fs/promises';
import path from 'node:path';
import type { CaseListing } from '../../../core/cases/caseStore';
import type { ListingIndexes } from '../../../core/cases/listingIndexes';
import { UserError } from '../../../core/errors';
import { discoverTargets } from '../../../core/targets/discoverTargets';
import { manifestName, openTarget } from '../../../core/targets/openTarget';
import { languages } from '../../../core/targets/target';
import type { Language, Target } from '../../../core/targets/target';
import { findWorkFolder } from '../../../core/workFolder';
import { countCases } from '../../model/caseGroups';
import type { BrokenTarget, CaseCounts, TargetInfo } from '../../model/targetInfo';
import type { EngineCalls } from '../api';
import type { Discovery } from '../callTypes';
import type { Handlers } from '../rpcServer';

/** The folder of a target's own candidates, one folder a language. */
const candidatesFolder = 'candidates';

/** The targets of the workspace, held open so that what their stores remember stays warm. */
export class Catalogue {
  private opened = new Map<string, Target>();
  private infos: readonly TargetInfo[] = [];
  private listings = new Map<string, Promise<CaseListing>>();

  /** @param indexes What is known of cases from the last time; without them all are read. */
  constructor(private readonly indexes?: ListingIndexes) {}

  async discover(folders: readonly string[]): Promise<Discovery> {
    const opened = new Map<string, Target>();
    const infos: TargetInfo[] = [];
    const broken: BrokenTarget[] = [];
    const roots = new Set<string>();
    for (const folder of folders) {
      const { root } = await findWorkFolder(folder);
      roots.add(root);
      const { targets, problems } = await discoverTargets(folder);
      broken.push(...problems.map(({ path: at, problem }) => toBroken(at, problem)));
      for (const target of targets) {
        const info = await describe(target, root);
        if (!opened.has(info.key)) {
          opened.set(info.key, target);
          infos.push(info);
        }
      }
    }
    this.opened = opened;
    this.infos = infos;
    this.listings = new Map();
    const remembered = await this.remembered(infos);
    return { targets: infos, broken, roots: [...roots], remembered };
  }

  /** The cases of targets as they were listed last, counted; what is not known is left out. */
  private async remembered(infos: readonly TargetInfo[]): Promise<Discovery['remembered']> {
    const counts: Record<string, CaseCounts> = {};
    for (const { key, store } of infos) {
      const listing = this.indexes?.of(store.path).remembered();
      if (listing !== undefined) {
        counts[key] = countCases(listing);
      }
    }
    await this.indexes?.keepOnly(infos.map(({ store }) => store.path));
    return counts;
  }

  /** @throws UserError when the target is gone or its manifest is wrong now. */
  async open(info: TargetInfo): Promise<Target> {
    const known = this.opened.get(info.key);
    if (known !== undefined) {
      return known;
    }
    const target = await openTarget(info.manifestPath ?? info.store.path);
    this.opened.set(info.key, target);
    return target;
  }

  /** The cases of a target, read once between two discoveries. */
  listing(info: TargetInfo): Promise<CaseListing> {
    const { listings } = this;
    let listing = listings.get(info.key);
    if (listing === undefined) {
      listing = this.open(info).then(({ store }) => store.list(this.indexes?.of(store.path)));
      listings.set(info.key, listing);
      // What failed is tried again by the next who asks.
      listing.catch(() => listings.delete(info.key));
    }
    return listing;
  }

  /** The targets that were found in these workspace folders. */
  named(roots: readonly string[]): readonly TargetInfo[] {
    return this.infos.filter(({ root }) => roots.includes(root));
  }

  /** @throws UserError when the workspace has no target of that name. */
  async openByName(root: string, name: string): Promise<Target> {
    const info = this.infos.find((known) => known.root === root && known.name === name);
    if (info === undefined) {
      throw new UserError(`There is no target ${name} in ${root} any more.`, {
        action: 'Open the folder that holds it.',
      });
    }
    return this.open(info);
  }
}

/** Finding targets, and listing their cases. */
export function catalogueHandlers(
  catalogue: Catalogue,
): Handlers<Pick<EngineCalls, 'discover' | 'count' | 'list'>> {
  return {
    discover: ({ folders }) => catalogue.discover(folders),
    count: async ({ target }) => countCases(await catalogue.listing(target)),
    list: ({ target }) => catalogue.listing(target),
  };
}

async function describe(target: Target, root: string): Promise<TargetInfo> {
  const { name, title, tier, domain, manifestPath, store, profile, limits, reference } = target;
  const own = manifestPath !== undefined && path.basename(manifestPath) === manifestName;
  return {
    key: own ? manifestPath : store.path,
    name,
    title,
    ...(tier !== undefined && { tier }),
    ...(domain !== undefined && { domain }),
    path: target.path,
    ...(own && { manifestPath }),
    root,
    store: { kind: store.kind, path: store.path },
    hasReference: reference?.path !== undefined && (await exists(reference.path)),
    languages: languages.filter((language) => target.languages[language] !== undefined),
    agents: Object.keys(target.agents ?? {}),
    profile,
    timeout: limits.timeout,
    candidates: await findCandidates(target.path),
  };
}

async function findCandidates(folder: string): Promise<Partial<Record<Language, string>>> {
  const parent = path.join(folder, candidatesFolder);
  const names = await readdir(parent).catch((): string[] => []); // most targets have none
  return Object.fromEntries(
    languages
      .filter((language) => names.includes(language))
      .map((language) => [language, path.join(parent, language)]),
  );
}

function toBroken(at: string, problem: string): BrokenTarget {
  const folder = path.basename(at) === manifestName ? path.dirname(at) : at;
  return { path: at, name: path.basename(folder), problem };
}

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
