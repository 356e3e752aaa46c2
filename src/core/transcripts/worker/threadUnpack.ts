import { existsSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { FileStore } from '../bytes/byteStore';
import type { Unpack } from '../loadSample';
import { unpack } from '../zip/unpack';
import type { TakeChunk } from '../zip/throughStream';
import type { Packed, Unpacked } from '../zip/unpack';
import { zipMethods } from '../zip/zipEntry';
import { ringSlots, slotBytes } from './messages';
import type { UnpackReply, WorkerRole } from './messages';

/** Starting a thread takes longer than to unpack this much. */
const worthThread = 2 * 1024 * 1024;

/** Unpacks large samples on a thread of their own, so that they are indexed at the same time. */
export function threadUnpack(workerPath: string): Unpack {
  return (packed, take, signal) => {
    const { file, method, length } = packed;
    const pays = method !== zipMethods.stored && length > worthThread;
    return pays && file instanceof FileStore && existsSync(workerPath)
      ? unpackOnThread(workerPath, packed, file, take, signal)
      : unpack(packed, take, signal);
  };
}

async function unpackOnThread(
  workerPath: string,
  packed: Packed,
  file: FileStore,
  take: TakeChunk,
  signal: AbortSignal | undefined,
): Promise<Unpacked> {
  signal?.throwIfAborted();
  const ring = new SharedArrayBuffer(ringSlots * slotBytes);
  const given: WorkerRole = {
    role: 'unpack',
    ring,
    packed: {
      path: file.path,
      offset: file.base + packed.offset,
      length: packed.length,
      method: packed.method,
      mostBytes: packed.mostBytes,
      crc32: packed.crc32 ?? 0,
    },
  };
  const worker = new Worker(workerPath, { workerData: given });
  try {
    return await new Promise<Unpacked>((resolve, reject) => {
      // Chunks are taken one after the other, in the order in which they come.
      let taken = Promise.resolve();
      worker.on('error', reject);
      // What it said before it ended is still to be taken.
      worker.on('exit', () => {
        void taken.then(() => reject(new Error('the unpacking thread ended')));
      });
      signal?.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
      worker.on('message', (reply: UnpackReply) => {
        taken = taken
          .then(async () => {
            if (reply.type === 'done') {
              const { bytes, problem } = reply;
              resolve(problem === undefined ? { bytes } : { bytes, problem });
              return;
            }
            await take(Buffer.from(ring, reply.slot * slotBytes, reply.length));
            worker.postMessage('taken');
          })
          .catch(reject);
      });
    });
  } finally {
    await worker.terminate();
  }
}
