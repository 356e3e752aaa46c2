/** Where the agent stands. */
export const workspacePath = '/workdir';
/** Its candidate's sources, below the workspace. */
export const sourceFolder = 'src';
/** The candidate's folder as the agent names it. */
export const candidatePath = `${workspacePath}/${sourceFolder}`;
