const none: readonly string[] = [];
const changes = ['event', 'changes'];

/** What `describeInspect` makes the parts of an event from; of other types it may be anything. */
const shown: Readonly<Record<string, readonly string[]>> = {
  model: ['input', 'output', 'error'],
  tool: ['function', 'arguments', 'result', 'error'],
  sandbox: ['action', 'cmd', 'file', 'input', 'output'],
  score: ['event', 'scorer', 'score'],
  error: ['error'],
  info: ['event', 'source', 'data'],
  logger: ['message'],
  sample_init: ['sample'],
  sample_limit: ['event', 'type', 'limit', 'message'],
  input: ['input', 'message', 'content'],
  span_begin: none,
  span_end: none,
  step: none,
  state: changes,
  store: changes,
};

/** The members of a record that an event of a type may show; `undefined` if it may show all. */
export function shownMembers(type: string): readonly string[] | undefined {
  return Object.hasOwn(shown, type) ? shown[type] : undefined;
}
