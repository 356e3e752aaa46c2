/** What a shell sets by itself as it goes, or what says where programs lie on this machine. */
const ofShell = new Set(['_', 'SHLVL', 'PWD', 'OLDPWD', 'PATH', 'PS1', 'PROMPT_COMMAND', 'ENV']);
const ofEditor = /^(?:VSCODE_|BASH_FUNC_)|^(?:TERM_PROGRAM|TERM_PROGRAM_VERSION|COLORTERM)$/u;

/**
 * The variables that an author has set since the shell began: what of a call's environment is new
 * or different. A variable that was unset since is not told, since no case can say so.
 */
export function changedEnvironment(
  before: ReadonlyMap<string, string>,
  now: ReadonlyMap<string, string>,
): Record<string, string> {
  return Object.fromEntries(
    [...now].filter(
      ([name, value]) => before.get(name) !== value && !ofShell.has(name) && !ofEditor.test(name),
    ),
  );
}
