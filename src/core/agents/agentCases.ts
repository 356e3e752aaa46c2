import type { Case, Content, FileEntry } from '../cases/case';
import { isVisible } from '../cases/case';
import { defaultFileMode } from '../cases/caseLayout';
import type { CaseStore } from '../cases/caseStore';
import { readContent } from '../cases/content';

/**
 * One line of the `cases.jsonl` that an agent is given, without its line end: the input alone, as in
 * MirrorCode's rows. No gold, no label, no dual. What is not UTF-8 is base64 and says so.
 */
export async function agentCaseLine({ name, input }: Case): Promise<string> {
  const stdin = await textOrBase64(input.stdin);
  const files: [string, object][] = [];
  for (const entry of input.files) {
    files.push([entry.path, await agentFile(entry)]);
  }
  return JSON.stringify({
    name,
    args: input.args,
    env: input.env,
    ...(stdin.format === 'str' ? { stdin: stdin.content } : { stdin_base64: stdin.content }),
    files: Object.fromEntries(files),
  });
}

/** The whole of `cases.jsonl`: visible cases in the store's order. */
export async function* agentCaseLines(store: Pick<CaseStore, 'readAll'>): AsyncGenerator<string> {
  for await (const one of store.readAll()) {
    if (isVisible(one)) {
      yield `${await agentCaseLine(one)}\n`;
    }
  }
}

async function agentFile(entry: FileEntry): Promise<object> {
  switch (entry.kind) {
    case 'file':
      return {
        ...(await textOrBase64(entry.content)),
        ...(entry.mode === defaultFileMode ? {} : { mode: entry.mode.toString(8) }),
      };
    case 'link':
      return { format: 'link', target: entry.target };
    case 'dir':
      return { format: 'dir', mode: entry.mode.toString(8) };
    case 'absent':
      return { format: 'absent' };
  }
}

async function textOrBase64(
  content: Content,
): Promise<{ readonly format: 'str' | 'bytes_base64'; readonly content: string }> {
  const bytes = await readContent(content);
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    return { format: 'str', content: text };
  } catch {
    return { format: 'bytes_base64', content: Buffer.from(bytes).toString('base64') };
  }
}
