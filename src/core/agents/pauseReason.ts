/** The reason of a run that someone has paused. Alone here, since the editor's window reads it. */
export const wasPaused = 'it was paused';
