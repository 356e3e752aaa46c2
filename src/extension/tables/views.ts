/** The activity-bar container and its trees. Checked against `package.json`. */
export const viewContainer = 'mirrorcode';

export const views = {
  tasks: 'mirrorcode.tasks',
  runs: 'mirrorcode.runs',
  capture: 'mirrorcode.capture',
} as const;

/** What a tree item is, for the `when` clauses of its menus. */
export const itemContexts = {
  target: 'mirrorcode.target',
  brokenTarget: 'mirrorcode.brokenTarget',
  language: 'mirrorcode.language',
  group: 'mirrorcode.group',
  folder: 'mirrorcode.folder',
  case: 'mirrorcode.case',
  failedCase: 'mirrorcode.failedCase',
  score: 'mirrorcode.score',
  resumableScore: 'mirrorcode.resumableScore',
  liveRun: 'mirrorcode.liveRun',
  pausedRun: 'mirrorcode.pausedRun',
  doneRun: 'mirrorcode.doneRun',
  capture: 'mirrorcode.captured',
  changedCapture: 'mirrorcode.changedCapture',
  unreadableCapture: 'mirrorcode.unreadableCapture',
  audit: 'mirrorcode.audit',
  finding: 'mirrorcode.finding',
} as const;
