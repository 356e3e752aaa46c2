/** Where every engine puts the runner in its sandboxes. */
export const runnerPath = '/.mirrorcode/runner';
