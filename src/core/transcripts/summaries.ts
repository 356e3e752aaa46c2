import type { Described } from './formats/format';
import type { LoadedSample } from './loadedSample';
import type { EventSummary, Part, TranscriptEvent } from './normalForm';

const orNull = (value: number) => (Number.isNaN(value) ? null : value);

/** What a list shows of the events from an ordinal on; fewer where the sample ends. */
export function summariesOf(sample: LoadedSample, from: number, count: number): EventSummary[] {
  const end = Math.min(sample.index.events.length, from + count);
  const summaries: EventSummary[] = [];
  for (let ordinal = Math.max(0, from); ordinal < end; ordinal++) {
    summaries.push(summary(sample, ordinal, describe(sample, ordinal, 'title')));
  }
  return summaries;
}

/**
 * One event whole.
 *
 * @throws RangeError for an ordinal that the sample does not have.
 */
export function eventOf(sample: LoadedSample, ordinal: number): TranscriptEvent {
  if (!Number.isInteger(ordinal) || ordinal < 0 || ordinal >= sample.index.events.length) {
    throw new RangeError(
      `There is no event ${ordinal}: the sample has ${sample.index.events.length}.`,
    );
  }
  const described = describe(sample, ordinal, 'full');
  return {
    ...summary(sample, ordinal, described),
    parts: described.parts,
    error: described.error ?? null,
    testRun: described.testRun ?? null,
    score: described.score ?? null,
    compaction: described.compaction ?? null,
    unread: described.unread ?? [],
  };
}

/** What an event shows, and nothing else of it. */
export function shownBy(
  sample: LoadedSample,
  ordinal: number,
): { readonly parts: readonly Part[]; readonly error: string | null } {
  const { parts, error = null } = describe(sample, ordinal, 'full');
  return { parts, error };
}

/** An event that cannot be read must not keep its neighbours from being shown. */
function describe(sample: LoadedSample, ordinal: number, detail: 'title' | 'full'): Described {
  const { events } = sample.index;
  const type = events.type(ordinal);
  if (type === 'too large' || type === 'missing' || type === 'unreadable') {
    const said = `This event is ${type === 'unreadable' ? 'no JSON' : type}.`;
    return { title: said, parts: [], unread: [said] };
  }
  try {
    return sample.reader.describe(ordinal, detail);
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    return { title: `This event cannot be read: ${said}`.slice(0, 200), parts: [], unread: [said] };
  }
}

function summary(sample: LoadedSample, ordinal: number, described: Described): EventSummary {
  const { events } = sample.index;
  return {
    ordinal,
    kind: events.kind(ordinal),
    type: events.type(ordinal),
    title: titleOf(sample, ordinal, described.title),
    time: orNull(events.time(ordinal)),
    durationMs: orNull(events.duration(ordinal)),
    depth: events.depth(ordinal),
    span: events.span(ordinal),
    tool: events.tool(ordinal) || null,
    model: events.model(ordinal) || null,
    usage: events.usage(ordinal),
    failed: events.failed(ordinal),
    aside: events.aside(ordinal),
    pair: events.pair(ordinal),
    bytes: events.size(ordinal),
  };
}

/** The end of a span has no name of its own in the record; the span has. */
function titleOf({ index }: LoadedSample, ordinal: number, title: string): string {
  const span = index.events.span(ordinal);
  if (index.events.kind(ordinal) !== 'spanEnd' || span < 0) {
    return title;
  }
  const { name, type } = index.spans.get(span);
  return `${name || type} ends`;
}
