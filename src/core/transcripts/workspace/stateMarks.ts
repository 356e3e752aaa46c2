import { isHistoryHash } from '../../agents/storedHistory';
import type { LoadedSample } from '../loadedSample';
import { asNumber, asObject } from '../values';
import type { JsonObject } from '../values';

/** From an event on, the candidate's folder is known to be in a state. */
export interface StateMark {
  readonly ordinal: number;
  /** Its hash in the run's history. */
  readonly state: string;
}

/** Larger records are none of those that name a state. */
const largestRecord = 64 * 1024;

/**
 * Finds in a run's events which state its folder was in: each step that changed it ends with an event
 * that names the state, and one that names none has changed nothing.
 */
export class StateMarks {
  private readonly found: (StateMark & { readonly step: number })[] = [];
  /** The last call that was answered since the model spoke: the step's changes are its doing. */
  private lastCall = -1;
  /** The step's end could not be kept. */
  private isLost = false;

  get marks(): readonly StateMark[] {
    return this.found;
  }

  /** Takes the events one after the other. */
  read({ index, reader }: LoadedSample, ordinal: number): void {
    const { events } = index;
    const type = events.type(ordinal);
    if (type === 'model') {
      this.endStep(ordinal);
    } else if (type === 'tool') {
      // A call that a program made of its own accord may be anywhere in its step.
      this.lastCall = events.pair(ordinal) >= 0 ? ordinal : -1;
    } else if (type === 'info' && events.size(ordinal) <= largestRecord) {
      try {
        this.readInfo(ordinal, asObject(reader.resolved(ordinal)));
      } catch {
        // A damaged record names no state.
      }
    }
  }

  private readInfo(ordinal: number, { source, data }: JsonObject): void {
    const { state, step, resumed } = asObject(data);
    if (source === 'workspace' && isHistoryHash(state)) {
      const isCallsDoing = this.lastCall > (this.found.at(-1)?.ordinal ?? -1);
      this.add(isCallsDoing ? this.lastCall : ordinal, state, asNumber(step) ?? 0);
      this.isLost = false;
    } else if (source === 'workspace') {
      this.isLost = true;
    } else if (source === 'run' && resumed === true) {
      this.resume(ordinal, asNumber(step) ?? 0);
    }
  }

  /** When the model is asked again all of the step is kept: with no new state, nothing has changed. */
  private endStep(ordinal: number): void {
    const last = this.found.at(-1);
    if (last !== undefined && !this.isLost) {
      this.add(ordinal - 1, last.state, last.step);
    }
    this.isLost = false;
    this.lastCall = -1;
  }

  /** A run goes on with the folder as it was after its last whole step. */
  private resume(ordinal: number, step: number): void {
    const from = this.found.findLast((mark) => mark.step <= step);
    if (from !== undefined) {
      this.add(ordinal, from.state, from.step);
    }
    this.isLost = false;
    this.lastCall = -1;
  }

  private add(ordinal: number, state: string, step: number): void {
    const last = this.found.at(-1);
    if (last !== undefined && last.ordinal >= ordinal) {
      if (last.state === state) {
        return;
      }
      this.found.pop();
    }
    this.found.push({ ordinal, state, step });
  }
}
