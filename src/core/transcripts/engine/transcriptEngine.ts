import { setTimeout } from 'node:timers/promises';
import type { CacheFolder } from '../bytes/cacheFolder';
import { readCaseHistory } from '../caseHistory';
import { errorText, UserError } from '../../errors';
import { filterEvents } from '../filter';
import type { EventFilter } from '../filter';
import type { OpenedTranscript, SampleSource } from '../formats/format';
import { openFile } from '../formats/openFile';
import { InfoCollector, loadedInfo } from '../info';
import type { TranscriptInfo } from '../info';
import { loadSample } from '../loadSample';
import type { Unpack } from '../loadSample';
import type { LoadedSample } from '../loadedSample';
import type {
  CaseHistory,
  EventSummary,
  Marker,
  Overview,
  Part,
  SampleInfo,
  TranscriptEvent,
} from '../normalForm';
import { overviewOf } from '../overview';
import { hitOf, searchSample } from '../search/searchSample';
import type { SearchHit, SearchQuery, SearchResult } from '../search/query';
import { eventOf, summariesOf } from '../summaries';
import { addUsage, noUsage } from '../usage';
import type { WorkspaceFile } from '../workspace/history';
import type { FileVersion } from '../workspace/pastVersions';
import { readWorkspace } from '../workspace/readWorkspace';
import type { ReadWorkspace } from '../workspace/readWorkspace';
import type { LoadProgress, TranscriptHead, TranscriptService } from './transcriptService';

export interface EngineOptions {
  readonly cache?: CacheFolder;
  readonly unpack: Unpack;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: LoadProgress) => void;
}

/** A sample that is loaded or being loaded. */
interface Slot {
  /** Resolves as soon as the first events can be read. */
  readonly readable: Promise<LoadedSample>;
  readonly loading: Promise<LoadedSample>;
  workspace: Promise<ReadWorkspace> | undefined;
  /** The sample has grown since. */
  isWorkspaceOld: boolean;
  cases: Promise<CaseHistory> | undefined;
  used: number;
}

/** Samples that stay loaded; others are loaded again when they are asked for. */
const mostLoaded = 3;
const mostRaw = 4 * 1024 * 1024;
/** Between two looks whether an event that is asked for has been indexed. */
const lookAgainMs = 10;

/** Answers everything about one transcript, on the thread that it runs on. */
export class TranscriptEngine implements TranscriptService {
  private readonly slots = new Map<number, Slot>();
  private clock = 0;

  private constructor(
    private readonly file: string,
    private readonly transcript: OpenedTranscript,
    private readonly options: EngineOptions,
  ) {}

  /** @throws UserError if the file is no transcript or cannot be read. */
  static async open(file: string, options: EngineOptions): Promise<TranscriptEngine> {
    return new TranscriptEngine(file, await openFile(file, options.signal), options);
  }

  head(): Promise<TranscriptHead> {
    const { format, formatVersion, status, task, samples, unread } = this.transcript;
    const infos = samples.map(({ info }) => info);
    return Promise.resolve({ format, formatVersion, status, task, samples: infos, unread });
  }

  async info(): Promise<TranscriptInfo> {
    const collector = new InfoCollector(this.transcript);
    for (let sample = 0; sample < this.transcript.samples.length; sample++) {
      collector.add(await this.loaded(sample));
    }
    return collector.result();
  }

  async load(sample: number): Promise<SampleInfo> {
    return loadedInfo(await this.loaded(sample), { named: sample === 0 });
  }

  async count(sample: number): Promise<number> {
    return (await this.readable(sample)).index.events.length;
  }

  async summaries(sample: number, from: number, count: number): Promise<readonly EventSummary[]> {
    return summariesOf(await this.holding(sample, from), from, count);
  }

  async event(sample: number, ordinal: number): Promise<TranscriptEvent> {
    return eventOf(await this.holding(sample, ordinal), ordinal);
  }

  async raw(sample: number, ordinal: number, mostBytes = mostRaw): Promise<string> {
    const { index, store } = await this.holding(sample, ordinal);
    checkOrdinal(index.events.length, ordinal);
    const size = index.events.size(ordinal);
    const bytes = store.read(index.events.offset(ordinal), Math.min(size, mostBytes));
    return bytes.toString('utf8');
  }

  async resolved(sample: number, ordinal: number): Promise<unknown> {
    const { index, reader } = await this.holding(sample, ordinal);
    checkOrdinal(index.events.length, ordinal);
    try {
      return reader.resolved(ordinal);
    } catch (error) {
      throw new UserError(`Event ${ordinal} cannot be read: ${errorText(error)}.`, {
        cause: error,
      });
    }
  }

  async message(sample: number, number: number): Promise<readonly Part[]> {
    const { index, reader } = await this.loaded(sample);
    checkOrdinal(index.lists.messages.length, number);
    return reader.message(number);
  }

  async overview(sample: number, from?: number): Promise<Overview> {
    const { index } = await this.readable(sample);
    const { samples, usage } = this.transcript;
    const run = samples.length === 1 ? Object.values(usage ?? {}) : [];
    return overviewOf(index, run.length === 0 ? undefined : run.reduce(addUsage, noUsage), from);
  }

  async markers(sample: number): Promise<readonly Marker[]> {
    return (await this.readable(sample)).index.markers();
  }

  async filter(sample: number, filter: EventFilter): Promise<Uint32Array> {
    return filterEvents((await this.readable(sample)).index, filter);
  }

  async search(
    sample: number,
    query: SearchQuery,
    onHits: (hits: readonly SearchHit[]) => void,
    signal?: AbortSignal,
  ): Promise<SearchResult> {
    return searchSample(await this.loaded(sample), query, onHits, signal ?? this.options.signal);
  }

  async hit(sample: number, query: SearchQuery, ordinal: number): Promise<SearchHit | null> {
    const loaded = await this.holding(sample, ordinal);
    checkOrdinal(loaded.index.events.length, ordinal);
    return hitOf(loaded, query, ordinal) ?? null;
  }

  async cases(sample: number): Promise<CaseHistory> {
    const loaded = await this.loaded(sample);
    const slot = this.slot(sample);
    slot.cases ??= readCaseHistory(loaded, this.options.signal);
    return slot.cases;
  }

  async workspace(sample: number, ordinal: number): Promise<readonly WorkspaceFile[]> {
    return (await this.files(sample)).history.filesAt(ordinal);
  }

  async fileAt(sample: number, path: string, ordinal: number): Promise<FileVersion | null> {
    return (await (await this.files(sample)).history.fileAt(path, ordinal)) ?? null;
  }

  async workspaceProblems(sample: number): Promise<readonly string[]> {
    return (await this.files(sample)).states.problems();
  }

  async fileHistory(sample: number, path: string): Promise<readonly FileVersion[]> {
    return (await this.files(sample)).history.versions(path);
  }

  async refresh(sample: number): Promise<boolean> {
    const loaded = await this.loaded(sample);
    const grew = (await loaded.follow?.(this.options.signal)) ?? false;
    const slot = this.slots.get(sample);
    if (grew && slot !== undefined) {
      slot.isWorkspaceOld = true;
      slot.cases = undefined;
      this.tell(sample, loaded.store.size, loaded.store.size, loaded);
    }
    return grew;
  }

  /** Closes all files. */
  dispose(): void {
    for (const { loading } of this.slots.values()) {
      void loading.then(
        (sample) => sample.close(),
        () => undefined,
      );
    }
    this.slots.clear();
    this.transcript.close();
  }

  private async files(sample: number): Promise<ReadWorkspace> {
    const loaded = await this.loaded(sample);
    const slot = this.slot(sample);
    if (slot.workspace === undefined || slot.isWorkspaceOld) {
      slot.workspace = readWorkspace(this.file, loaded, slot.workspace, this.options.signal);
      slot.isWorkspaceOld = false;
    }
    return slot.workspace;
  }

  private loaded(sample: number): Promise<LoadedSample> {
    return this.slot(sample).loading;
  }

  /** The sample as far as it is known by now; waits only for its very beginning. */
  private readable(sample: number): Promise<LoadedSample> {
    return this.slot(sample).readable;
  }

  /** The sample once an event of it is known, or once all of it is. */
  private async holding(sample: number, ordinal: number): Promise<LoadedSample> {
    const { readable, loading } = this.slot(sample);
    const begun = await readable;
    const state = { complete: false };
    const whole = loading.finally(() => {
      state.complete = true;
    });
    // A failure is for those who still wait.
    whole.catch(() => undefined);
    while (ordinal >= begun.index.events.length && !state.complete) {
      await Promise.race([whole, setTimeout(lookAgainMs)]);
    }
    return begun;
  }

  private slot(sample: number): Slot {
    const known = this.slots.get(sample);
    if (known !== undefined) {
      known.used = ++this.clock;
      return known;
    }
    const source = this.transcript.samples[sample];
    if (source === undefined) {
      throw new UserError(
        `${this.file} has no sample ${sample}: it has ${this.transcript.samples.length}, counted from 0.`,
      );
    }
    this.dropUnused();
    let onReadable: (loaded: LoadedSample) => void = () => undefined;
    const begun = new Promise<LoadedSample>((resolve) => {
      onReadable = resolve;
    });
    const loading = this.start(sample, source, onReadable);
    const slot: Slot = {
      // What fails before it begins fails for those who wait for the beginning too.
      readable: Promise.race([begun, loading]),
      loading,
      workspace: undefined,
      isWorkspaceOld: false,
      cases: undefined,
      used: ++this.clock,
    };
    slot.readable.catch(() => undefined);
    this.slots.set(sample, slot);
    slot.loading.catch(() => {
      // Asked again, it is tried again.
      this.slots.delete(sample);
    });
    return slot;
  }

  private async start(
    sample: number,
    source: SampleSource,
    onReadable: (readable: LoadedSample) => void,
  ): Promise<LoadedSample> {
    const { cache, unpack, signal } = this.options;
    const id = `${String(source.info.id)}\0${source.info.epoch}`;
    let readable: LoadedSample | undefined;
    const loaded = await loadSample(source, {
      unpack,
      ...(signal === undefined ? {} : { signal }),
      ...(cache === undefined
        ? {}
        : { cache: { folder: cache, place: await cache.place(this.file, id) } }),
      readable: (ready) => {
        readable = ready;
        onReadable(ready);
      },
      progress: (done, total) => this.tell(sample, done, total, readable),
    });
    onReadable(loaded);
    this.tell(sample, loaded.store.size, loaded.store.size, loaded);
    return loaded;
  }

  private tell(
    sample: number,
    done: number,
    total: number,
    readable: LoadedSample | undefined,
  ): void {
    this.options.onProgress?.({ sample, done, total, count: readable?.index.events.length ?? 0 });
  }

  private dropUnused(): void {
    while (this.slots.size >= mostLoaded) {
      const [oldest] = [...this.slots].sort(([, a], [, b]) => a.used - b.used);
      if (oldest === undefined) {
        return;
      }
      this.slots.delete(oldest[0]);
      void oldest[1].loading.then(
        (sample) => sample.close(),
        () => undefined,
      );
    }
  }
}

function checkOrdinal(length: number, ordinal: number): void {
  if (!Number.isInteger(ordinal) || ordinal < 0 || ordinal >= length) {
    throw new RangeError(`There is no ${ordinal}: there are ${length}, counted from 0.`);
  }
}
