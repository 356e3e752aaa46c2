import * as z from 'zod';
import type { AgentWorkspace } from '../workspace';
import { WorkspaceError } from '../workspace';
import type { Tool, ToolAnswer } from './tool';

const parameters = z.object({
  command: z.enum(['view', 'create', 'str_replace', 'insert']).describe('What to do.'),
  path: z.string().describe('Absolute path of the file.'),
  file_text: z.string().optional().describe('create: what the file is to hold.'),
  old_str: z
    .string()
    .optional()
    .describe('str_replace: text that stands exactly once in the file.'),
  new_str: z.string().optional().describe('str_replace, insert: the new text.'),
  insert_line: z
    .int()
    .min(0)
    .optional()
    .describe('insert: the line after which it goes; 0 is the top.'),
  view_range: z
    // No tuple: Inspect's reader takes a list of one kind alone.
    .array(z.int())
    .length(2)
    .optional()
    .describe('view: first and last line, from 1; -1 is the end.'),
});

type Given = z.infer<typeof parameters>;

/** Lines that one view shows. */
const longestView = 2000;

/** `text_editor`: views and changes one file, with the commands that models know. */
export function textEditorTool(workspace: AgentWorkspace): Tool<Given> {
  return {
    name: 'text_editor',
    description: 'View, create or change a text file.',
    parameters,
    async call(given) {
      try {
        return await commands[given.command](workspace, given);
      } catch (error) {
        if (error instanceof WorkspaceError) {
          return { error: { type: 'unknown', message: error.message } };
        }
        throw error;
      }
    },
  };
}

const commands: Record<
  Given['command'],
  (workspace: AgentWorkspace, given: Given) => Promise<ToolAnswer>
> = {
  async view(workspace, { path, view_range: range }) {
    const lines = (await readText(workspace, path)).split('\n');
    const [from = 1, to = -1] = range ?? [];
    const last = to === -1 ? lines.length : Math.min(to, lines.length);
    const shown = lines.slice(from - 1, Math.min(last, from - 1 + longestView));
    const numbered = shown.map((line, i) => `${String(from + i).padStart(6)}\t${line}`);
    const more = last - (from - 1) - shown.length;
    return { text: numbered.join('\n') + (more > 0 ? `\n[${more} more lines]` : '') };
  },

  async create(workspace, { path, file_text: text = '' }) {
    await workspace.writeFile(path, Buffer.from(text));
    return { text: `Wrote ${path}.` };
  },

  async str_replace(workspace, { path, old_str: before = '', new_str: after = '' }) {
    const text = await readText(workspace, path);
    const found = before === '' ? 0 : text.split(before).length - 1;
    if (found !== 1) {
      throw new WorkspaceError(
        found === 0
          ? `old_str does not stand in ${path}: nothing was changed.`
          : `old_str stands ${found} times in ${path}: nothing was changed. Give more of its surroundings.`,
      );
    }
    const at = text.indexOf(before);
    await workspace.writeFile(
      path,
      Buffer.from(text.slice(0, at) + after + text.slice(at + before.length)),
    );
    return { text: `Changed ${path}.` };
  },

  async insert(workspace, { path, insert_line: line = 0, new_str: text = '' }) {
    const lines = (await readText(workspace, path)).split('\n');
    if (line > lines.length) {
      throw new WorkspaceError(`${path} has ${lines.length} lines: nothing was changed.`);
    }
    lines.splice(line, 0, ...text.replace(/\n$/u, '').split('\n'));
    await workspace.writeFile(path, Buffer.from(lines.join('\n')));
    return { text: `Changed ${path}.` };
  },
};

async function readText(workspace: AgentWorkspace, path: string): Promise<string> {
  const bytes = await workspace.readFile(path);
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new WorkspaceError(`${path} is not a UTF-8 text: use bash for it.`);
  }
}
