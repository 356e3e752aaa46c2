import { homePath } from '../../sandbox/environment';
import type { AgentDefinition } from '../../targets/agentDefinition';

/** What stands for the key in the sandbox: the real one never gets there. */
export const dummyKey = 'sk-mirrorcode-no-key-in-this-sandbox';

export interface Placeholders {
  /** The program's path inside; absent where an image brings it. */
  readonly program?: string;
  /** The model's name as its server knows it. */
  readonly model: string;
  /** Where the model is served inside, without a path. */
  readonly baseUrl: string;
  readonly prompt: string;
  readonly promptFile: string;
  readonly sessionId: string;
  /** The folder in which the agent works. */
  readonly workspace: string;
}

/** A word for bash that comes out as the text is. */
export function shellWord(text: string): string {
  return /^[\w./:,+@%=-]+$/u.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** A text with the placeholders filled in. */
export function fillIn(
  text: string,
  values: Placeholders,
  write: (value: string) => string = (value) => value,
): string {
  const all: Readonly<Record<string, string | undefined>> = { ...values, key: dummyKey };
  return text.replace(/\{(\w+)\}/gu, (whole, name: string) => {
    const value = all[name];
    return value === undefined ? whole : write(value);
  });
}

/** What the shell is given: the agent's own variables and folder, and its command line. */
export function commandLine(
  { env, path }: Pick<AgentDefinition, 'env'> & { readonly path: readonly string[] },
  command: string,
  values: Placeholders,
): string {
  const exports = Object.entries(env).map(
    ([name, value]) => `export ${name}=${shellWord(fillIn(value, values))}`,
  );
  const folders = path.map((folder) => `export PATH=${shellWord(folder)}:$PATH`);
  const lines = [
    `cd ${shellWord(values.workspace)}`,
    ...folders,
    ...exports,
    fillIn(command, values, shellWord),
  ];
  return `(\n${lines.join('\n')}\n)`;
}

/** A path inside, with `~` as the home. */
export function insideHome(path: string): string {
  return path.replace(/^~(?=\/|$)/u, homePath);
}
