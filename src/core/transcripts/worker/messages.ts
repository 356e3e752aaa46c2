import type { TranscriptService } from '../engine/transcriptService';

/** What a worker thread of this bundle is started for. */
export type WorkerRole =
  | { readonly role: 'engine'; readonly file: string; readonly cacheFolder: string | undefined }
  | { readonly role: 'unpack'; readonly packed: PackedFile; readonly ring: SharedArrayBuffer };

/**
 * Slots of the memory through which unpacked bytes pass between threads. Shared, because buffers that
 * are handed over one by one keep the collector of the other thread busy.
 */
export const ringSlots = 4;
export const slotBytes = 2 * 1024 * 1024;

/** Packed bytes by their file, for another thread to open. */
export interface PackedFile {
  readonly path: string;
  readonly offset: number;
  readonly length: number;
  readonly method: number;
  readonly mostBytes: number;
  readonly crc32: number;
}

export type ServiceMethod = keyof TranscriptService;

/** What is asked of the engine's thread. */
export type Request =
  | { readonly id: number; readonly method: ServiceMethod; readonly args: readonly unknown[] }
  | { readonly cancel: number };

/** An error as it crosses between threads. */
export interface ErrorMessage {
  readonly name: string;
  readonly message: string;
  readonly action?: string | undefined;
  readonly stack?: string | undefined;
}

/** What the engine's thread says. */
export type Reply =
  | { readonly type: 'opened' }
  | { readonly type: 'failed'; readonly error: ErrorMessage }
  | { readonly type: 'result'; readonly id: number; readonly result: unknown }
  | { readonly type: 'error'; readonly id: number; readonly error: ErrorMessage }
  | { readonly type: 'hits'; readonly id: number; readonly hits: readonly unknown[] }
  | { readonly type: 'progress'; readonly progress: unknown };

/** What the unpacking thread says: a slot is filled so far, or all is unpacked. */
export type UnpackReply =
  | { readonly type: 'slot'; readonly slot: number; readonly length: number }
  | { readonly type: 'done'; readonly bytes: number; readonly problem?: string | undefined };
