import path from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Disposable } from '../../core/disposable';
import { InfraError } from '../../core/errors';
import type { EngineCalls } from './api';
import { RpcClient } from './rpcClient';
import type { CallOptions } from './rpcClient';

/** What the engine's thread is told when it starts. */
export interface EngineThreadData {
  /** The folder of the built files: the runner lies in it. */
  readonly distDir: string;
  /** Where what is known of cases is kept from one window to the next. */
  readonly listingsDir: string;
}

/** Milliseconds that the thread has to put its things away. */
const patienceMs = 3000;

interface Running {
  readonly worker: Worker;
  readonly client: RpcClient<EngineCalls>;
}

/**
 * The thread on which cases are listed, recorded, scored and compared, so that the extension host
 * never waits. It starts with the first call, and anew after it broke.
 */
export class EngineThread implements Disposable {
  private running: Running | undefined;
  private disposed = false;

  constructor(
    private readonly options: {
      readonly distDir: string;
      readonly listingsDir: string;
      readonly onCrash: (error: Error) => void;
    },
  ) {}

  /** @throws what the call throws; InfraError when the thread broke, which ends all its calls. */
  call<K extends keyof EngineCalls>(
    method: K,
    params: EngineCalls[K]['params'],
    options?: CallOptions<EngineCalls[K]['event']>,
  ): Promise<EngineCalls[K]['result']> {
    if (this.disposed) {
      return Promise.reject(new InfraError('The window is closing.'));
    }
    this.running ??= this.start();
    return this.running.client.call(method, params, options);
  }

  dispose(): void {
    this.disposed = true;
    const { running } = this;
    this.running = undefined;
    if (running !== undefined) {
      void this.stop(running);
    }
  }

  /** Lets the thread put its things away; one that takes too long is ended, sandboxes and all. */
  private async stop({ worker, client }: Running): Promise<void> {
    const patience = setTimeout(() => void worker.terminate(), patienceMs);
    try {
      await client.call('shutDown', null);
    } catch {
      // It broke on the way, and is gone as well.
    } finally {
      clearTimeout(patience);
      client.close(new InfraError('The window is closing.'));
      await worker.terminate();
    }
  }

  private start(): Running {
    const { distDir, listingsDir } = this.options;
    const workerData: EngineThreadData = { distDir, listingsDir };
    const worker = new Worker(path.join(distDir, 'engine.js'), {
      workerData,
      name: 'mirrorcode-engine',
    });
    const client = new RpcClient<EngineCalls>(worker);
    const running = { worker, client };
    const ended = (error: Error) => {
      if (this.running === running) {
        this.running = undefined;
        this.options.onCrash(error);
      }
      client.close(
        new InfraError(`The engine stopped: ${error.message}.`, {
          action: 'Try again; what was judged or recorded before is kept.',
          cause: error,
        }),
      );
    };
    worker.on('error', ended);
    worker.on('exit', (code) => ended(new Error(`its thread ended with code ${code}`)));
    return running;
  }
}
