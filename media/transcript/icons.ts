import type { EventKind, MarkerType } from '../../src/protocol/transcript';

/** Paths of 16 × 16 icons, drawn as lines. */
export const icons = {
  play: 'M5 3.2v9.6L12.6 8z',
  pause: 'M5.5 3.5v9M10.5 3.5v9',
  stepBack: 'M11.5 3.5 6 8l5.5 4.5zM4 3.5v9',
  stepForward: 'M4.5 3.5 10 8l-5.5 4.5zM12 3.5v9',
  search: 'M9.8 9.8 14 14M11 6.75a4.25 4.25 0 1 1-8.5 0 4.25 4.25 0 0 1 8.5 0Z',
  filter: 'M2.5 3.5h11L9.3 8.3v4.2l-2.6-1.3V8.3z',
  outline: 'M2.5 4h2M6.5 4h7M4.5 8h2M8.5 8h5M4.5 12h2M8.5 12h5',
  detail: 'M2.5 3.5h11v9h-11zM9.5 3.5v9',
  collapse: 'M3 8h10M8 1.5v4M6 3.8l2 1.9 2-1.9M8 14.5v-4M6 12.2l2-1.9 2 1.9',
  cases: 'M2.5 2.5h11v11h-11zM2.5 6.2h11M2.5 9.8h11M6.2 2.5v11M9.8 2.5v11',
  comment: 'M2.5 3.5h11v7.5H8l-3 2.5V11H2.5z',
  comments: 'M2 3h9v6H6.5L4 11V9H2zM13 6h1v6h-2v2l-2.5-2H7',
  files: 'M5.5 2.5h5l3 3v6h-8zM10.5 2.5v3h3M5.5 5h-3v8.5H10v-2',
  diff: 'M8 2.5v5M5.5 5h5M5.5 11.5h5M2.5 14h11',
  link: 'M7 9.5 9.5 7M6.5 5 8 3.5a3 3 0 0 1 4.3 4.3L10.8 9.3M9.2 11 8 12.5A3 3 0 0 1 3.7 8.2L5.2 6.7',
  help: 'M6 6.2a2 2 0 1 1 2.9 1.8c-.6.3-.9.7-.9 1.4M8 11.6v.1M14 8A6 6 0 1 1 2 8a6 6 0 0 1 12 0Z',
  previous: 'M8 13V3M4 7l4-4 4 4',
  next: 'M8 3v10M4 9l4 4 4-4',
  close: 'M4 4l8 8M12 4l-8 8',
  chevronRight: 'M6 3.5 10.5 8 6 12.5',
  chevronDown: 'M3.5 6 8 10.5 12.5 6',
  open: 'M6 3.5H3.5v9h9V10M9 3.5h3.5V7M12.5 3.5 7.5 8.5',
  goTo: 'M2.5 8h8M7.5 5l3 3-3 3M13.5 3v10',
  remove: 'M3 4.5h10M6.5 4.5V3h3v1.5M4.5 4.5l.6 8.5h5.8l.6-8.5M6.8 7v3.8M9.2 7v3.8',
  terminal: 'M2.5 3.5h11v9h-11zM4.8 6.2 6.8 8l-2 1.8M8.2 10h2.6',
} as const;

const message = icons.comment;
const gear =
  'M8 5.8a2.2 2.2 0 1 0 0 4.4 2.2 2.2 0 0 0 0-4.4ZM8 2v2M8 12v2M2 8h2M12 8h2M3.8 3.8l1.4 1.4M10.8 10.8l1.4 1.4M12.2 3.8l-1.4 1.4M5.2 10.8l-1.4 1.4';
const result = 'M3 3.5v5h9.5M9.5 5.5l3 3-3 3';

export const kindIcons: Readonly<Record<EventKind, string>> = {
  other: 'M8 7.8v.4',
  message,
  reasoning: 'M5.5 10.5a4 4 0 1 1 5 0v1.5h-5zM6.2 14h3.6',
  model: 'M8 2.2 9.6 6.4 13.8 8 9.6 9.6 8 13.8 6.4 9.6 2.2 8 6.4 6.4Z',
  toolCall: gear,
  toolResult: result,
  tool: gear,
  exec: icons.terminal,
  edit: 'M3 13l.7-3L10.5 3.2l2.3 2.3L6 12.3zM9 4.7 11.3 7',
  testRun: 'M6 2.5h4M6.8 2.5v4L3.4 13h9.2L9.2 6.5v-4M5 10h6',
  submit: 'M2.5 13.5 13.5 8 2.5 2.5 4.3 8zM4.3 8h9',
  score: 'M8 2.2l1.8 3.7 4 .6-2.9 2.8.7 4L8 11.4l-3.6 1.9.7-4L2.2 6.5l4-.6z',
  compaction: icons.collapse,
  checkpoint: 'M4 2.5h8v11L8 10.5 4 13.5z',
  limit: 'M5.3 2.5h5.4l2.8 2.8v5.4l-2.8 2.8H5.3l-2.8-2.8V5.3zM8 5v3.5M8 10.8v.1',
  error: 'M14 8A6 6 0 1 1 2 8a6 6 0 0 1 12 0ZM6 6l4 4M10 6l-4 4',
  info: 'M14 8A6 6 0 1 1 2 8a6 6 0 0 1 12 0ZM8 7.3v4M8 4.8v.1',
  spanBegin: icons.chevronRight,
  spanEnd: 'M10 3.5 5.5 8 10 12.5',
  approval: 'M8 2 13 4v4c0 3-2 5-5 6-3-1-5-3-5-6V4zM5.8 8l1.6 1.6 2.8-3',
  input: 'M2.5 4.5h11v7h-11zM4.5 9.5h7M4.8 6.8h.1M7.9 6.8h.1M11 6.8h.1',
  state:
    'M3 4.5c0-2.5 10-2.5 10 0v7c0 2.5-10 2.5-10 0zM3 4.5c0 2.5 10 2.5 10 0M3 8c0 2.5 10 2.5 10 0',
  terminal: icons.terminal,
};

/** What people call the kinds. */
export const kindNames: Readonly<Record<EventKind, string>> = {
  other: 'Other',
  message: 'Message',
  reasoning: 'Reasoning',
  model: 'Model call',
  toolCall: 'Tool call',
  toolResult: 'Tool result',
  tool: 'Tool',
  exec: 'Command',
  edit: 'Edit',
  testRun: 'Test run',
  submit: 'Submit',
  score: 'Score',
  compaction: 'Compaction',
  checkpoint: 'Checkpoint',
  limit: 'Limit',
  error: 'Error',
  info: 'Info',
  spanBegin: 'Span begins',
  spanEnd: 'Span ends',
  approval: 'Approval',
  input: 'Input',
  state: 'State',
  terminal: 'Terminal',
};

export const markerNames: Readonly<Record<MarkerType | 'comment' | 'match', string>> = {
  testRun: 'Test run',
  submit: 'Submit',
  score: 'Score',
  compaction: 'Compaction',
  checkpoint: 'Checkpoint',
  error: 'Error',
  limit: 'Limit',
  mark: 'Mark',
  comment: 'Comment',
  match: 'Match',
};
