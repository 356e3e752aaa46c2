import type { Limits } from '../targets/target';

/** Generous: a build is the author's own code, but must not take the machine along. */
export const buildLimits: Limits = {
  timeout: 600,
  memory: 4 * 2 ** 30,
  processes: 1024,
  output: 16 << 20,
  fileSize: 2 * 2 ** 30,
};
