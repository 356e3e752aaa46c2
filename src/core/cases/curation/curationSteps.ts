import { access, mkdir, readdir, readFile, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import * as z from 'zod';
import { writeFileAtomically } from '../../atomicFile';
import { errorCode, UserError } from '../../errors';
import type { WorkFolder } from '../../workFolder';
import type { CaseStore } from '../caseStore';
import { isCasePath } from '../caseFiles';
import { byText, isInsidePath } from '../paths';

/** Files as they were before a curation, and what they are after it. */
export interface CurationStep {
  readonly title: string;
  readonly store: Pick<CaseStore, 'kind' | 'path'>;
  /** By absolute path. Absent: there was no such file. */
  readonly before: ReadonlyMap<string, Buffer | undefined>;
  /** Hash of what the file holds after the step; absent: there is none. */
  readonly after: ReadonlyMap<string, string | undefined>;
}

/** A step on disk: `step.json` and, as `0`, `1`, …, what its files held before. */
const stepFile = z.strictObject({
  title: z.string(),
  kind: z.enum(['case', 'gold']),
  /** Relative to the folder that the work folder lies in. */
  store: z.string(),
  /** Relative to the folder that the store lies in. */
  files: z.array(
    z.strictObject({ path: z.string(), wasThere: z.boolean(), after: z.string().nullable() }),
  ),
});

/** Curations that can be undone, and the bytes that are kept for them. */
const mostSteps = 50;
const mostBytes = 256 << 20;

/** What can be undone, in the work folder: it outlives the window, and all windows see the same. */
export class CurationSteps {
  constructor(private readonly workFolder: WorkFolder) {}

  private get folder(): string {
    return path.join(this.workFolder.path, 'curation');
  }

  /** When the last step was made, milliseconds since the epoch; undefined where there is none. */
  async newest(): Promise<number | undefined> {
    const last = (await this.names()).at(-1);
    return last === undefined
      ? undefined
      : (await stat(path.join(this.folder, last, 'step.json'))).mtimeMs;
  }

  async push({ title, store, before, after }: CurationStep): Promise<void> {
    const parent = path.dirname(store.path);
    const folder = await this.makeNext();
    const files: z.infer<typeof stepFile>['files'] = [];
    for (const [file, bytes] of before) {
      if (bytes !== undefined) {
        await writeFileAtomically(path.join(folder, String(files.length)), bytes);
      }
      const at = path.relative(parent, file).split(path.sep).join('/');
      files.push({ path: at, wasThere: bytes !== undefined, after: after.get(file) ?? null });
    }
    const at = path.relative(this.workFolder.root, store.path);
    const text = JSON.stringify({ title, kind: store.kind, store: at, files });
    await writeFileAtomically(path.join(folder, 'step.json'), text);
    await this.prune();
  }

  /**
   * The last step, with the way to drop it.
   * @throws UserError when what lies there is damaged or leads out of its store; it is dropped then.
   */
  async last(): Promise<{ step: CurationStep; drop: () => Promise<void> } | undefined> {
    const name = (await this.names()).at(-1);
    if (name === undefined) {
      return undefined;
    }
    const folder = path.join(this.folder, name);
    const drop = () => rm(folder, { recursive: true, force: true });
    try {
      return { step: await this.read(folder), drop };
    } catch (error) {
      if (errorCode(error) !== 'ENOENT' && !(error instanceof SyntaxError)) {
        throw error;
      }
      await drop();
      throw new UserError('Undoing the last curation failed: what was kept of it is damaged.', {
        action:
          'Nothing was changed. Move the cases back by hand, or undo again for what was before.',
        cause: error,
      });
    }
  }

  /** @throws SyntaxError when it is no step of ours; what the file system says. */
  private async read(folder: string): Promise<CurationStep> {
    const { data } = stepFile.safeParse(
      JSON.parse(await readFile(path.join(folder, 'step.json'), 'utf8')),
    );
    if (data === undefined || !data.files.every((file) => isOfStore(file.path, data))) {
      throw new SyntaxError('it is no step');
    }
    const storePath = path.resolve(this.workFolder.root, data.store);
    const before = new Map<string, Buffer | undefined>();
    const after = new Map<string, string | undefined>();
    for (const [i, { path: at, wasThere, after: hash }] of data.files.entries()) {
      const file = path.join(path.dirname(storePath), at);
      before.set(file, wasThere ? await readFile(path.join(folder, String(i))) : undefined);
      after.set(file, hash ?? undefined);
    }
    return { title: data.title, store: { kind: data.kind, path: storePath }, before, after };
  }

  /** Complete steps, the oldest first. */
  private async names(): Promise<string[]> {
    const found = await readdir(this.folder).catch(() => []);
    const complete: string[] = [];
    for (const name of found.filter((each) => /^\d{8}$/u.test(each)).sort(byText)) {
      if (await isThere(path.join(this.folder, name, 'step.json'))) {
        complete.push(name);
      }
    }
    return complete;
  }

  private async makeNext(): Promise<string> {
    await this.workFolder.make(this.folder);
    const last = (await readdir(this.folder)).sort(byText).at(-1) ?? '0';
    for (let next = Number.parseInt(last, 10) + 1; ; next++) {
      const folder = path.join(this.folder, String(next).padStart(8, '0'));
      try {
        await mkdir(folder);
        return folder;
      } catch (error) {
        // Another window was faster.
        if (errorCode(error) !== 'EEXIST') {
          throw error;
        }
      }
    }
  }

  private async prune(): Promise<void> {
    const names = await this.names();
    let bytes = 0;
    for (const [age, name] of names.reverse().entries()) {
      const folder = path.join(this.folder, name);
      for (const file of await readdir(folder).catch(() => [])) {
        bytes += (await stat(path.join(folder, file)).catch(() => ({ size: 0 }))).size;
      }
      if (age >= mostSteps || (age > 0 && bytes > mostBytes)) {
        await rm(folder, { recursive: true, force: true });
      }
    }
  }
}

/** The work folder comes with the workspace: whoever made it must not reach outside of the store. */
function isOfStore(file: string, { kind, store }: z.infer<typeof stepFile>): boolean {
  const own = path.basename(store);
  if (kind === 'gold') {
    return file === own;
  }
  return isInsidePath(file) && file.startsWith(`${own}/`) && isCasePath(file.slice(own.length + 1));
}

async function isThere(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
