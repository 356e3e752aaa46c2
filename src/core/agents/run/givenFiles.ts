import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { FileEntry } from '../../cases/case';
import { bytesContent, contentSize, readContent } from '../../cases/content';
import { readTree } from '../../cases/exchange/byteTree';
import { UserError } from '../../errors';
import type { Target } from '../../targets/target';
import { agentCaseLines } from '../agentCases';
import { agentLayout } from '../taskPrompt';

/** Bytes of documentation; the agent's sandbox holds them in memory. */
const mostDocs = 512 * 2 ** 20;

/**
 * What an agent finds in its workspace beside its own sources: the documentation and the visible
 * cases, at their places below the workspace.
 * @param workspace The workspace's folder inside.
 * @throws UserError when the docs can't be read, are too large, or hold the reference.
 */
export async function givenFiles(target: Target, workspace: string): Promise<FileEntry[]> {
  const layout = agentLayout(target);
  const inside = (place: string) => path.posix.relative(workspace, place);
  const cases: string[] = [];
  for await (const line of agentCaseLines(target.store)) {
    cases.push(line);
  }
  const given: FileEntry[] = [
    {
      kind: 'file',
      path: inside(layout.cases),
      mode: 0o644,
      content: bytesContent(cases.join('')),
    },
  ];
  if (target.docs !== undefined && layout.docs !== undefined) {
    const folder = inside(layout.docs);
    const docs = await readTree(target.docs, { modes: 'executable' });
    await refuseDocs(target, docs);
    given.push({ kind: 'dir', path: folder, mode: 0o755 });
    given.push(...docs.map((entry) => ({ ...entry, path: `${folder}/${entry.path}` })));
  }
  return given;
}

async function refuseDocs(target: Target, docs: readonly FileEntry[]): Promise<void> {
  const files = docs.filter((entry) => entry.kind === 'file');
  const size = files.reduce((sum, { content }) => sum + contentSize(content), 0);
  if (size > mostDocs) {
    throw new UserError(`The docs of ${target.name} are larger than 512 MiB.`, {
      action: 'Leave in the docs folder what an agent is to read.',
    });
  }
  const reference = target.reference?.path;
  if (reference === undefined) {
    return;
  }
  const bytes = await readFile(reference);
  const hash = sha256(bytes);
  for (const { path: file, content } of files) {
    if (contentSize(content) === bytes.length && sha256(await readContent(content)) === hash) {
      throw new UserError(`The docs of ${target.name} hold the reference itself, as ${file}.`, {
        action: 'Remove it from the docs folder.',
      });
    }
  }
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
