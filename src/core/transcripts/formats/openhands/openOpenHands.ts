import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { UserError } from '../../../errors';
import { FileStore } from '../../bytes/byteStore';
import type { ByteStore } from '../../bytes/byteStore';
import type { SampleIndex } from '../../index/sampleIndex';
import { tryParseJson } from '../../json/parseJson';
import type { Shape } from '../../json/jsonStream';
import { asObject } from '../../values';
import { DocumentIndexer } from '../documentIndexer';
import type { OpenedTranscript, Piece, SampleIndexer, SampleSource } from '../format';
import { LinesIndexer } from '../recordIndexer';
import { RecordReader } from '../recordReader';
import { describeOpenHands } from './describeOpenHands';
import { cumulative, OpenHandsRows } from './openHandsRows';

/** How a file of OpenHands events is laid out. */
export type OpenHandsLayout = 'lines' | 'array' | 'history';

const record = { leaf: 'event' };
const shapes: Readonly<Record<'array' | 'history' | 'file', Shape>> = {
  array: { items: record },
  history: { keys: { history: { items: record } } },
  file: record,
};
/** Files that are held open at once. */
const mostEventFiles = 5000;

/** Opens a file of OpenHands events: JSON lines, a list, or an export with a `history`. */
export function openOpenHands(
  bytes: ByteStore,
  file: string,
  layout: OpenHandsLayout,
): OpenedTranscript {
  const id = path.basename(file).replace(/\.jsonl?$/, '');
  const indexer = (index: SampleIndex): SampleIndexer =>
    layout === 'lines'
      ? new LinesIndexer(index, new OpenHandsRows(index))
      : documents(index, shapes[layout]);
  return opened(source(id, [{ label: id, bytes }], indexer, layout === 'lines'), () =>
    bytes.close(),
  );
}

/**
 * The folder of a conversation that a file is part of: its `base_state.json`, or one of its events.
 * `undefined` for a file that stands for itself.
 */
export function conversationFolder(file: string): string | undefined {
  const folder = path.dirname(path.resolve(file));
  const name = path.basename(file);
  if (name === 'base_state.json' && existsSync(path.join(folder, 'events'))) {
    return folder;
  }
  const isEvent = path.basename(folder) === 'events' && /^(?:event-\d+-.*|\d+)\.json$/.test(name);
  return isEvent ? path.dirname(folder) : undefined;
}

/**
 * Opens a conversation folder of OpenHands: `base_state.json` and a file an event
 * (`events/event-00007-….json`, before its SDK `events/7.json`).
 *
 * @throws UserError if the folder holds no events.
 */
export function openOpenHandsFolder(folder: string): OpenedTranscript {
  const events = path.join(folder, 'events');
  const names = readdirSync(events)
    .filter((name) => /^(?:event-\d+-.*|\d+)\.json$/.test(name))
    .sort((a, b) => eventNumber(a) - eventNumber(b));
  if (names.length === 0) {
    throw new UserError(`The folder ${events} holds no events of OpenHands.`);
  }
  const unread =
    names.length > mostEventFiles
      ? [`Only the first ${mostEventFiles} of ${names.length} event files are shown.`]
      : [];
  const stores = names
    .slice(0, mostEventFiles)
    .map((name) => FileStore.open(path.join(events, name)));
  const pieces = stores.map((bytes, index) => ({ label: names[index] ?? '', bytes }));
  const id = path.basename(path.resolve(folder));
  const indexer = (index: SampleIndex) => {
    const totals = baseUsage(folder);
    return documents(index, shapes.file, () => {
      if (index.facts['usage'] === undefined && totals !== undefined) {
        index.facts['usage'] = totals;
      }
    });
  };
  return {
    ...opened(source(id, pieces, indexer, false), () => stores.forEach((store) => store.close())),
    unread,
  };
}

const eventNumber = (name: string) => Number(/\d+/.exec(name)?.[0]);

function baseUsage(folder: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const store = FileStore.open(path.join(folder, 'base_state.json'));
    const totals = cumulative(asObject(tryParseJson(store.read(0, store.size))));
    store.close();
    return totals.isEmpty ? undefined : totals.toJSON();
  } catch {
    return undefined;
  }
}

function documents(index: SampleIndex, shape: Shape, finish?: () => void): SampleIndexer {
  const rows = new OpenHandsRows(index);
  const take = {
    event: ({
      record: found,
      offset,
      length,
    }: {
      record: Parameters<OpenHandsRows['add']>[0];
      offset: number;
      length: number;
    }) => rows.add(found, offset, length),
  };
  return new DocumentIndexer(index, shape, take, finish);
}

function source(
  id: string,
  pieces: readonly Piece[],
  indexer: (index: SampleIndex) => SampleIndexer,
  grows: boolean,
): SampleSource {
  return {
    info: { id, epoch: 1, events: -1, messages: -1 },
    pieces,
    grows,
    indexer,
    reader: (index, store) =>
      new RecordReader(
        index,
        store,
        describeOpenHands((ordinal) => {
          const pair = ordinal < 0 ? -1 : index.events.pair(ordinal);
          return pair < 0 ? '' : index.events.tool(pair);
        }),
      ),
  };
}

function opened(sample: SampleSource, close: () => void): OpenedTranscript {
  return {
    format: 'openhands',
    formatVersion: null,
    status: null,
    task: null,
    samples: [sample],
    errors: [],
    unread: [],
    close,
  };
}
