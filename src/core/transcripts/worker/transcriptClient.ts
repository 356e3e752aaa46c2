import { Worker } from 'node:worker_threads';
import { CancelledError } from '../../errors';
import type { LoadProgress, TranscriptService } from '../engine/transcriptService';
import type { SearchHit } from '../search/query';
import { fromMessage } from './errorMessages';
import type { Reply, Request, ServiceMethod, WorkerRole } from './messages';

interface Pending {
  readonly resolve: (result: never) => void;
  readonly reject: (error: unknown) => void;
  readonly onHits?: ((hits: readonly SearchHit[]) => void) | undefined;
}

export interface ClientOptions {
  /** The worker's bundle. */
  readonly workerPath: string;
  readonly cacheFolder: string | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: LoadProgress) => void) | undefined;
}

/** Asks an engine that runs on a thread of its own, so that nothing it does holds up this one. */
export class TranscriptClient implements TranscriptService {
  private readonly pending = new Map<number, Pending>();
  private nextId = 1;
  private ended: Error | undefined;

  private constructor(
    private readonly worker: Worker,
    private readonly onProgress: ClientOptions['onProgress'],
  ) {
    worker.on('message', (reply: Reply) => this.take(reply));
    worker.on('error', (error) => this.end(error));
    worker.on('exit', () => this.end(new Error('The thread that reads the transcript has ended.')));
  }

  /**
   * Starts the thread and opens the file on it.
   *
   * @throws what the engine throws when it cannot open the file.
   */
  static async open(file: string, options: ClientOptions): Promise<TranscriptClient> {
    options.signal?.throwIfAborted();
    const given: WorkerRole = { role: 'engine', file, cacheFolder: options.cacheFolder };
    const worker = new Worker(options.workerPath, { workerData: given });
    // It must not keep a process alive that has nothing else to do.
    const client = new TranscriptClient(worker, options.onProgress);
    options.signal?.addEventListener('abort', () => client.end(new CancelledError()), {
      once: true,
    });
    await new Promise<void>((resolve, reject) => {
      client.pending.set(0, { resolve, reject });
    });
    return client;
  }

  head: TranscriptService['head'] = () => this.ask('head', []);
  info: TranscriptService['info'] = () => this.ask('info', []);
  load: TranscriptService['load'] = (...args) => this.ask('load', args);
  count: TranscriptService['count'] = (...args) => this.ask('count', args);
  summaries: TranscriptService['summaries'] = (...args) => this.ask('summaries', args);
  event: TranscriptService['event'] = (...args) => this.ask('event', args);
  raw: TranscriptService['raw'] = (...args) => this.ask('raw', args);
  resolved: TranscriptService['resolved'] = (...args) => this.ask('resolved', args);
  message: TranscriptService['message'] = (...args) => this.ask('message', args);
  overview: TranscriptService['overview'] = (...args) => this.ask('overview', args);
  markers: TranscriptService['markers'] = (...args) => this.ask('markers', args);
  cases: TranscriptService['cases'] = (...args) => this.ask('cases', args);
  filter: TranscriptService['filter'] = (...args) => this.ask('filter', args);
  workspace: TranscriptService['workspace'] = (...args) => this.ask('workspace', args);
  workspaceProblems: TranscriptService['workspaceProblems'] = (...args) =>
    this.ask('workspaceProblems', args);
  fileAt: TranscriptService['fileAt'] = (...args) => this.ask('fileAt', args);
  fileHistory: TranscriptService['fileHistory'] = (...args) => this.ask('fileHistory', args);
  hit: TranscriptService['hit'] = (...args) => this.ask('hit', args);
  refresh: TranscriptService['refresh'] = (...args) => this.ask('refresh', args);

  search: TranscriptService['search'] = (sample, query, onHits, signal) =>
    this.ask('search', [sample, query], { onHits, signal });

  /** Ends the thread; what was asked and not answered is rejected. */
  dispose(): void {
    this.end(new CancelledError());
  }

  private ask<T>(
    method: ServiceMethod,
    args: readonly unknown[],
    options: { onHits?: Pending['onHits']; signal?: AbortSignal | undefined } = {},
  ): Promise<T> {
    if (this.ended !== undefined) {
      return Promise.reject(this.ended);
    }
    const id = this.nextId++;
    const cancel = () => this.send({ cancel: id });
    options.signal?.addEventListener('abort', cancel, { once: true });
    return new Promise<T>((resolve, reject) => {
      this.pending.set(id, { resolve, reject, onHits: options.onHits });
      this.send({ id, method, args });
    }).finally(() => options.signal?.removeEventListener('abort', cancel));
  }

  private send(request: Request): void {
    this.worker.postMessage(request);
  }

  private take(reply: Reply): void {
    switch (reply.type) {
      case 'progress':
        this.onProgress?.(reply.progress as LoadProgress);
        break;
      case 'hits':
        this.pending.get(reply.id)?.onHits?.(reply.hits as readonly SearchHit[]);
        break;
      case 'opened':
        this.settle(0)?.resolve(undefined as never);
        break;
      case 'failed':
        this.settle(0)?.reject(fromMessage(reply.error));
        void this.worker.terminate();
        break;
      case 'result':
        this.settle(reply.id)?.resolve(reply.result as never);
        break;
      case 'error':
        this.settle(reply.id)?.reject(fromMessage(reply.error));
    }
  }

  private settle(id: number): Pending | undefined {
    const pending = this.pending.get(id);
    this.pending.delete(id);
    return pending;
  }

  private end(error: Error): void {
    this.ended ??= error;
    for (const { reject } of this.pending.values()) {
      reject(this.ended);
    }
    this.pending.clear();
    void this.worker.terminate();
  }
}
