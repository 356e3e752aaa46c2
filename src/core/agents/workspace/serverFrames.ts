/** Frames between the host and the server in an agent's sandbox: `src/runner/AGENT.md`. */
export const toServer = {
  shell: 16,
  read: 17,
  write: 18,
  snapshot: 19,
  list: 20,
  tail: 21,
  append: 22,
  signal: 23,
  data: 24,
  ack: 25,
  end: 26,
} as const;

export const fromServer = {
  hello: 80,
  shellDone: 81,
  file: 82,
  written: 83,
  snapshotEnd: 84,
  listed: 85,
  opened: 88,
  received: 89,
  taken: 90,
  closed: 91,
} as const;

/** Bytes on a connection that may be under way unacknowledged, either way. */
export const relayWindow = 256 * 1024;

/** Whom a connection from the sandbox is for: the reference, the task's commands, or the model. */
export const listeners = ['oracle', 'command', 'model'] as const;
export type Listener = (typeof listeners)[number];
