import type { SampleIndex } from './index/sampleIndex';
import type { Lane } from './normalForm';
import { contextTokens, totalTokens } from './usage';

/** Points of a lane beyond this are thinned: a rail has no more pixels. */
const mostPoints = 4000;

/** The lanes of the rail: what grew while the run went on. Lanes that nothing is known of are left out. */
export function lanesOf(index: SampleIndex): Lane[] {
  const lanes = [passRate(index), ...usageLanes(index), wallClock(index)];
  return lanes.filter(({ ordinals }) => ordinals.length > 0);
}

function passRate(index: SampleIndex): Lane {
  const { ordinals, values } = index.passRates();
  const order = [...ordinals.keys()].sort((a, b) => (ordinals[a] ?? 0) - (ordinals[b] ?? 0));
  return {
    name: 'passRate',
    unit: 'share',
    ordinals: Uint32Array.from(order, (at) => ordinals[at] ?? 0),
    values: Float64Array.from(order, (at) => values[at] ?? 0),
  };
}

function usageLanes({ events }: SampleIndex): Lane[] {
  const count = events.usages.length;
  const rows = Uint32Array.from({ length: count }, (_, at) => events.usageRow(at));
  const order = [...rows.keys()].sort((a, b) => (rows[a] ?? 0) - (rows[b] ?? 0));
  const ordinals = Uint32Array.from(order, (at) => rows[at] ?? 0);
  const tokens = new Float64Array(count);
  const cost = new Float64Array(count);
  const context = new Float64Array(count);
  let tokenSum = 0;
  let costSum = 0;
  order.forEach((at, position) => {
    const usage = events.usageAt(at);
    tokens[position] = tokenSum += totalTokens(usage);
    cost[position] = costSum += usage.costUsd ?? 0;
    context[position] = contextTokens(usage);
  });
  const lanes: Lane[] = [
    { name: 'tokens', unit: 'tokens', ordinals, values: tokens },
    { name: 'context', unit: 'tokens', ordinals, values: context },
  ];
  if (costSum > 0) {
    lanes.push({ name: 'cost', unit: 'usd', ordinals, values: cost });
  }
  return lanes.map(thinned);
}

function wallClock({ events }: SampleIndex): Lane {
  const ordinals: number[] = [];
  const values: number[] = [];
  const step = Math.max(1, Math.floor(events.length / mostPoints));
  let first = Number.NaN;
  for (let ordinal = 0; ordinal < events.length; ordinal += step) {
    const time = events.time(ordinal);
    if (!Number.isNaN(time)) {
      first = Number.isNaN(first) ? time : first;
      ordinals.push(ordinal);
      values.push(time - first);
    }
  }
  return {
    name: 'wallClock',
    unit: 'ms',
    ordinals: Uint32Array.from(ordinals),
    values: Float64Array.from(values),
  };
}

/** A lane with at most twice `mostPoints` points: of each stretch its lowest and its highest. */
function thinned(lane: Lane): Lane {
  const { length } = lane.ordinals;
  if (length <= 2 * mostPoints) {
    return lane;
  }
  const kept: number[] = [];
  const stretch = length / mostPoints;
  for (let point = 0; point < mostPoints; point++) {
    const from = Math.floor(point * stretch);
    const to = Math.max(from + 1, Math.floor((point + 1) * stretch));
    const [low, high] = extremes(lane.values, from, to);
    kept.push(...(low === high ? [low] : [Math.min(low, high), Math.max(low, high)]));
  }
  return {
    ...lane,
    ordinals: Uint32Array.from(kept, (at) => lane.ordinals[at] ?? 0),
    values: Float64Array.from(kept, (at) => lane.values[at] ?? 0),
  };
}

function extremes(values: Float64Array, from: number, to: number): [number, number] {
  let low = from;
  let high = from;
  for (let at = from; at < to; at++) {
    low = (values[at] ?? 0) < (values[low] ?? 0) ? at : low;
    high = (values[at] ?? 0) > (values[high] ?? 0) ? at : high;
  }
  return [low, high];
}
