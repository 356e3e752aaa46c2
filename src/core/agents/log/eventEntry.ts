import { randomUUID } from 'node:crypto';
import type { Meter } from '../budget';
import type { InspectEvent } from './inspectLog';
import type { JournalEntry } from './runJournal';

/** What an event says beside when and where in the log it stands. */
export type EventBody = DistributiveOmit<InspectEvent, 'uuid' | 'timestamp' | 'working_start'>;

type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;

/** An event of now, for the journal. */
export function eventEntry(meter: Meter, body: EventBody): JournalEntry {
  const { wallSeconds, waitedSeconds } = meter.spent();
  const event = {
    uuid: randomUUID(),
    timestamp: new Date().toISOString(),
    working_start: wallSeconds - waitedSeconds,
    ...body,
  };
  return { kind: 'event', event };
}
