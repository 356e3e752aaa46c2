import { markerTypes } from '../normalForm';
import type { Marker, MarkerType } from '../normalForm';
import { Column } from './columns';
import { EventTable } from './eventTable';
import { KeyTable } from './keyTable';
import { NumberTable } from './numberTable';
import { RangeList } from './rangeList';
import { SpanTable } from './spanTable';

const mostLabel = 160;
/** A log of nothing but errors must not grow memory with its labels; later ones go unlabelled. */
const mostLabels = 50_000;

/** No run has this many tools; a hostile log must not grow memory with their names. */
const mostTools = 10_000;

/** Sentences about what could not be read, kept short when the same thing happens again and again. */
const mostUnread = 50;

/** Lists of a sample's values beside its events. */
export interface SampleLists {
  /** The conversation as it stood at the end. */
  readonly messages: RangeList;
  /** Messages that events refer to by number. */
  readonly poolMessages: RangeList;
  /** Wire-format messages that model calls refer to by number. */
  readonly poolCalls: RangeList;
  /** Attachments that are referred to by number. */
  readonly numbered: RangeList;
}

/** Where a value lies in the sample's bytes. */
export interface Range {
  readonly offset: number;
  readonly length: number;
}

/** Numbers that are written to disk as they are. */
export interface Stored {
  bytes(): Uint8Array;
  restore(bytes: Uint8Array): void;
}

/** Small facts of a sample that its reader keeps with the index. JSON only. */
export type SampleFacts = Record<string, unknown>;

/** Everything that is known of one sample without its bytes. */
export class SampleIndex {
  readonly events = new EventTable();
  readonly spans = new SpanTable();
  readonly lists: SampleLists = {
    messages: new RangeList(),
    poolMessages: new RangeList(),
    poolCalls: new RangeList(),
    numbered: new RangeList(),
  };
  readonly attachments = new KeyTable();
  /** Messages that answer tool calls, by the call's id, for runs that record no tool events. */
  readonly answers = new KeyTable();
  /** Which event (or, below zero, which pooled message) shows which attachment: owner and key's hash. */
  readonly mentions = new NumberTable(2);
  /** For each pooled message the event that shows it, or -1. */
  readonly introducedBy = new Column('i32');
  /** Where the members of the sample's own object lie. */
  fields = new Map<string, Range>();
  facts: SampleFacts = {};
  unread: string[] = [];
  toolCalls = new Map<string, number>();
  /** Messages of the sample, as its format counts them. */
  messageCount = 0;
  /** Whether ordinals count messages, because the sample has no events. */
  rowsAreMessages = false;

  private readonly markerColumns = { ordinal: new Column('u32'), type: new Column('u8') };
  private labels: string[] = [];
  private readonly rates = { ordinal: new Column('u32'), value: new Column('f64') };

  addMarker(ordinal: number, type: MarkerType, label: string): void {
    this.markerColumns.ordinal.push(ordinal);
    this.markerColumns.type.push(markerTypes.indexOf(type));
    if (this.labels.length < mostLabels) {
      this.labels.push(label.slice(0, mostLabel));
    }
  }

  /** Markers in the order of events. */
  markers(): Marker[] {
    const { ordinal, type } = this.markerColumns;
    return Array.from({ length: ordinal.length }, (_, index) => ({
      ordinal: ordinal.get(index),
      type: markerTypes[type.get(index)] ?? 'error',
      label: this.labels[index] ?? '',
    })).sort((a, b) => a.ordinal - b.ordinal);
  }

  /** Notes the share of cases that passed, 0 to 1, as known at an event. */
  addRate(ordinal: number, share: number): void {
    this.rates.ordinal.push(ordinal);
    this.rates.value.push(share);
  }

  passRates(): { ordinals: Uint32Array; values: Float64Array } {
    return {
      ordinals: Uint32Array.from(this.rates.ordinal.values()),
      values: Float64Array.from(this.rates.value.values()),
    };
  }

  countToolCall(name: string): void {
    const known = this.toolCalls.get(name);
    if (known !== undefined || this.toolCalls.size < mostTools) {
      this.toolCalls.set(name, (known ?? 0) + 1);
    }
  }

  addUnread(sentence: string): void {
    if (this.unread.length < mostUnread) {
      this.unread.push(sentence);
    } else if (this.unread.length === mostUnread) {
      this.unread.push('More could not be read; only the first problems are listed.');
    }
  }

  /** All columns by name, for writing them to disk and reading them back. */
  columns(): Record<string, Stored> {
    const named: Record<string, Stored> = {
      events: this.events.rows,
      usages: this.events.usages,
      mentions: this.mentions,
      introducedBy: this.introducedBy,
    };
    const add = (prefix: string, columns: Readonly<Record<string, Column>>) => {
      for (const [name, column] of Object.entries(columns)) {
        named[`${prefix}.${name}`] = column;
      }
    };
    add('span', this.spans.columns);
    for (const [name, list] of Object.entries(this.lists) as [string, RangeList][]) {
      named[name] = list.rows;
    }
    for (const [name, { keys, values }] of Object.entries(this.keyTables())) {
      named[`${name}.keys`] = keys;
      named[`${name}.values`] = values.rows;
    }
    add('marker', this.markerColumns);
    add('rate', this.rates);
    return named;
  }

  keyTables(): Record<string, KeyTable> {
    return { attachments: this.attachments, answers: this.answers };
  }

  /** What is not in columns, as JSON. */
  rest(): SampleRest {
    const { fields, facts, unread, toolCalls, messageCount, rowsAreMessages, labels } = this;
    const { types, tools, models } = this.events;
    return {
      fields: [...fields],
      facts,
      unread,
      toolCalls: [...toolCalls],
      messageCount,
      rowsAreMessages,
      labels,
      types: types.all(),
      tools: tools.all(),
      models: models.all(),
      spanNames: this.spans.names.all(),
    };
  }

  restoreLabels(labels: readonly string[]): void {
    this.labels = [...labels];
  }
}

export interface SampleRest {
  readonly fields: readonly (readonly [string, Range])[];
  readonly facts: SampleFacts;
  readonly unread: string[];
  readonly toolCalls: readonly (readonly [string, number])[];
  readonly messageCount: number;
  readonly rowsAreMessages: boolean;
  readonly labels: readonly string[];
  readonly types: readonly string[];
  readonly tools: readonly string[];
  readonly models: readonly string[];
  readonly spanNames: readonly string[];
}
