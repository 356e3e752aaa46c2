import { constants } from 'node:fs';
import { access, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { FolderStore } from '../cases/folderStore';
import { GoldStore } from '../cases/gold/goldStore';
import { errorCode, errorText, UserError } from '../errors';
import { goldTarget } from './goldTarget';
import { languageSetup } from './languageDefaults';
import { defaultLimits } from './limits';
import type { Manifest } from './manifest';
import { toBytes } from './manifest';
import { parseManifest } from './parseManifest';
import { languages } from './target';
import type { Language, LanguageSetup, Limits, Reference, Target } from './target';

export const manifestName = 'mirrorcode.json';

/**
 * Opens a target: its folder, its `mirrorcode.json`, or a gold file of MirrorCode's.
 * @throws UserError when there is none, or its manifest is wrong: with line and column.
 */
export async function openTarget(at: string): Promise<Target> {
  const absolute = path.resolve(at);
  if (absolute.endsWith('.jsonl') && !(await isFolder(absolute))) {
    return goldTarget(absolute);
  }
  const manifestPath =
    path.basename(absolute) === manifestName ? absolute : path.join(absolute, manifestName);
  let text: string;
  try {
    text = await readFile(manifestPath, 'utf8');
  } catch (error) {
    throw new UserError(
      errorCode(error) === 'ENOENT' || errorCode(error) === 'ENOTDIR'
        ? `There is no target at ${absolute}: it has no ${manifestName}.`
        : `Reading ${manifestPath} failed: ${errorText(error)}.`,
      { action: 'Make one with: mirrorcode init DIR --reference PATH', cause: error },
    );
  }
  return toTarget(parseManifest(text, manifestPath), manifestPath);
}

async function toTarget(manifest: Manifest, manifestPath: string): Promise<Target> {
  const folder = path.dirname(manifestPath);
  const within = (relative: string) => path.resolve(folder, relative);
  const docs = within(manifest.docs ?? 'docs');
  const reference = await toReference(manifest.reference, folder);
  return {
    name: manifest.name,
    title: manifest.title ?? manifest.name,
    path: folder,
    manifestPath,
    languages: toLanguages(manifest.languages),
    limits: toLimits(manifest.limits),
    profile: manifest.profile ?? (manifest.gold === undefined ? 'exact' : 'mirrorcode'),
    store:
      manifest.gold === undefined
        ? new FolderStore(within(manifest.cases ?? 'cases'))
        : new GoldStore(within(manifest.gold)),
    ...(manifest.tier === undefined ? {} : { tier: manifest.tier }),
    ...(manifest.domain === undefined ? {} : { domain: manifest.domain }),
    ...(reference === undefined ? {} : { reference }),
    ...(manifest.agents === undefined ? {} : { agents: toAgents(manifest.agents, within) }),
    ...(manifest.docs !== undefined || (await isFolder(docs)) ? { docs } : {}),
  };
}

async function toReference(
  declared: Manifest['reference'],
  folder: string,
): Promise<Reference | undefined> {
  if (declared === undefined) {
    return undefined;
  }
  const said = typeof declared === 'string' ? { path: declared } : declared;
  const found = said.path === undefined ? undefined : await resolveExecutable(said.path, folder);
  return {
    prefixArgs: said.args ?? [],
    needs: (said.needs ?? []).map((need) => path.resolve(folder, need)),
    ...(found === undefined ? {} : { path: found }),
    ...(said.image === undefined ? {} : { image: said.image }),
    ...(said.sha256 === undefined ? {} : { sha256: said.sha256 }),
    ...(said.argv0 === undefined ? {} : { argv0: said.argv0 }),
  };
}

/** A bare name is looked up on `PATH`; what is found nowhere stays, so that running it says so. */
export async function resolveExecutable(name: string, folder: string): Promise<string> {
  if (name.includes('/')) {
    return path.resolve(folder, name);
  }
  const folders = [folder, ...(process.env['PATH'] ?? '').split(path.delimiter)];
  for (const candidate of folders.map((each) => path.join(each, name))) {
    try {
      await access(candidate, constants.X_OK);
      if ((await stat(candidate)).isFile()) {
        return candidate;
      }
    } catch {
      // Not here: the next folder may have it.
    }
  }
  return path.join('/usr/bin', name);
}

function toLanguages(
  declared: Manifest['languages'],
): Readonly<Partial<Record<Language, LanguageSetup>>> {
  const wanted = declared === undefined ? languages : languages.filter((each) => each in declared);
  return Object.fromEntries(
    wanted.map((language) => [language, languageSetup(language, declared?.[language])]),
  );
}

/** A program that is a path lies where the manifest says. */
function toAgents(
  declared: NonNullable<Manifest['agents']>,
  within: (relative: string) => string,
): NonNullable<Target['agents']> {
  return Object.fromEntries(
    Object.entries(declared).map(([name, agent]) => {
      const { program } = agent;
      const isPath = program?.includes('/') === true;
      return [name, isPath ? { ...agent, program: within(program) } : agent];
    }),
  );
}

function toLimits(declared: Manifest['limits']): Limits {
  const { timeout, memory, processes, output, fileSize } = declared ?? {};
  return {
    timeout: timeout ?? defaultLimits.timeout,
    processes: processes ?? defaultLimits.processes,
    memory: memory === undefined ? defaultLimits.memory : toBytes(memory),
    output: output === undefined ? defaultLimits.output : toBytes(output),
    fileSize: fileSize === undefined ? defaultLimits.fileSize : toBytes(fileSize),
  };
}

async function isFolder(at: string): Promise<boolean> {
  try {
    return (await stat(at)).isDirectory();
  } catch {
    return false;
  }
}
