import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { isVisible } from '../../cases/case';
import type { Target } from '../../targets/target';

/** What any program may ask for; everything else is its own or its loader's. */
const usual = [
  ...['LANG', 'LANGUAGE', 'TZ', 'COLUMNS', 'LINES', 'TERM', 'NO_COLOR', 'CLICOLOR'],
  ...['CLICOLOR_FORCE', 'FORCE_COLOR', 'COLORTERM', 'POSIXLY_CORRECT', 'USER', 'LOGNAME'],
  ...['SOURCE_DATE_EPOCH', 'BLOCK_SIZE', 'BLOCKSIZE', 'HOSTNAME', 'EDITOR', 'PAGER'],
];

/**
 * Variables with which code of the agent's could be brought into the reference's process, from where
 * it could read the reference: loaders, interpreters and plug-in paths.
 */
const dangerous =
  /^(LD_|DYLD_|GLIBC_|MALLOC_|GCONV|LOCPATH|NLSPATH|BASH_|ENV$|SHELLOPTS|IFS$|PATH$|HOME$|PWD$)|PATH$|PRELOAD|_OPTIONS?$|_?OPTS?$|FLAGS$|RC$|INIT$|STARTUP$|LIB$|PLUGIN|HOOK|^(PYTHON|PERL|RUBY|NODE|JAVA|JDK|LUA|TCL|OCAML|GO|RUST|GIT)/u;

const word = /\b[A-Z][A-Z0-9_]{2,}\b/gu;
/** Bytes of documentation that are searched for names. */
const searched = 16 * 2 ** 20;

/** Which of the agent's variables the reference is given. */
export class OracleEnvironment {
  private constructor(private readonly names: ReadonlySet<string>) {}

  /** The usual variables, those of visible cases, and those that the documentation speaks of. */
  static async of(target: Target): Promise<OracleEnvironment> {
    const names = new Set(usual);
    for await (const one of target.store.readAll()) {
      if (isVisible(one)) {
        Object.keys(one.input.env).forEach((name) => names.add(name));
      }
    }
    for (const name of await documentedNames(target.docs)) {
      names.add(name);
    }
    return new OracleEnvironment(names);
  }

  passes(name: string): boolean {
    return (this.names.has(name) || name.startsWith('LC_')) && !dangerous.test(name);
  }
}

async function documentedNames(docs: string | undefined): Promise<Set<string>> {
  const names = new Set<string>();
  if (docs === undefined) {
    return names;
  }
  let left = searched;
  const entries = await readdir(docs, { recursive: true, withFileTypes: true }).catch(() => []);
  for (const entry of entries.filter((one) => one.isFile())) {
    const text = await readFile(path.join(entry.parentPath, entry.name), 'latin1').catch(() => '');
    left -= text.length;
    if (left < 0) {
      break;
    }
    for (const [name] of text.matchAll(word)) {
      names.add(name);
    }
  }
  return names;
}
