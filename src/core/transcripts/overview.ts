import type { SampleIndex } from './index/sampleIndex';
import { lanesOf } from './lanes';
import { eventKinds, markerTypes } from './normalForm';
import type { MarkerList, OutlineSpan, Overview, Turns, Usage } from './normalForm';
import { addUsage, noUsage } from './usage';
import { asObject } from './values';

/** Spans of a single tool say no more than its event. */
const plainSpans: ReadonlySet<string> = new Set(['tool', 'checkpoint']);
/** An outline is read by people; a hostile log must not fill a view's memory with its spans. */
const mostSpans = 20_000;
/** Labels of markers beyond these are read from their events when somebody looks at them. */
const mostLabels = 5000;
const kindCodes = new Map(eventKinds.map((kind, code) => [kind, code]));

/**
 * What a player draws all of its parts from, in columns, so that it stays small whatever the size of
 * the run. `from`: the first event whose kind and time are wanted.
 */
export function overviewOf(index: SampleIndex, runUsage: Usage | undefined, from = 0): Overview {
  const { events } = index;
  const first = Math.max(0, Math.min(from, events.length));
  const kinds = new Uint8Array(events.length - first);
  const times = new Float64Array(events.length - first);
  for (let ordinal = first; ordinal < events.length; ordinal++) {
    kinds[ordinal - first] = kindCodes.get(events.kind(ordinal)) ?? 0;
    times[ordinal - first] = events.time(ordinal);
  }
  return {
    spans: outlineSpans(index),
    turns: turnsOf(index),
    lanes: lanesOf(index),
    markers: markersOf(index),
    tools: [...index.toolCalls.keys()].sort(),
    usage: totalUsage(index, runUsage),
    unread: index.unread,
    from: first,
    kinds,
    times,
  };
}

function outlineSpans({ spans }: SampleIndex): OutlineSpan[] {
  const found: OutlineSpan[] = [];
  for (let span = 0; span < spans.length && found.length < mostSpans; span++) {
    const one = spans.get(span);
    if (!plainSpans.has(one.type)) {
      found.push(one);
    }
  }
  return found;
}

/** The turns of a sample: each call of a model, or where no calls are told apart each answer of it. */
function turnsOf(index: SampleIndex): Turns {
  const { events } = index;
  const ordinals: number[] = [];
  const output: number[] = [];
  for (let ordinal = 0; ordinal < events.length; ordinal++) {
    if (isTurn(index, ordinal)) {
      ordinals.push(ordinal);
      output.push(events.usage(ordinal)?.output ?? Number.NaN);
    }
  }
  return { ordinals: Uint32Array.from(ordinals), output: Float64Array.from(output) };
}

function isTurn({ events }: SampleIndex, ordinal: number): boolean {
  if (events.aside(ordinal)) {
    return false;
  }
  const type = events.type(ordinal);
  return (
    events.kind(ordinal) === 'model' ||
    type === 'agent' ||
    type === 'step' ||
    (type === 'assistant' && events.usage(ordinal) !== null) ||
    type === 'response_item.reasoning' ||
    type === 'ActionEvent'
  );
}

function markersOf(index: SampleIndex): MarkerList {
  const markers = index.markers();
  return {
    ordinals: Uint32Array.from(markers, ({ ordinal }) => ordinal),
    types: Uint8Array.from(markers, ({ type }) => markerTypes.indexOf(type)),
    labels: markers.slice(0, mostLabels).map(({ label }) => label),
  };
}

/** All that the run is known to have used: what the log says of the whole, else the sum of its calls. */
function totalUsage({ facts, events }: SampleIndex, runUsage: Usage | undefined): Usage {
  const told = Object.values(asObject(facts['usage'])) as Usage[];
  if (told.length > 0) {
    return told.reduce(addUsage, noUsage);
  }
  let sum = noUsage;
  for (let at = 0; at < events.usages.length; at++) {
    sum = addUsage(sum, events.usageAt(at));
  }
  return events.usages.length === 0 ? (runUsage ?? sum) : sum;
}
