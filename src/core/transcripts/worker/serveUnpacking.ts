import type { MessagePort } from 'node:worker_threads';
import { FileStore } from '../bytes/byteStore';
import { unpack } from '../zip/unpack';
import { ringSlots, slotBytes } from './messages';
import type { UnpackReply, WorkerRole } from './messages';

/** Unpacks on this thread, and passes on what comes out through shared memory. */
export async function serveUnpacking(
  port: MessagePort,
  { packed, ring }: Extract<WorkerRole, { role: 'unpack' }>,
): Promise<void> {
  const file = FileStore.open(packed.path);
  const slots = new Slots(port, ring);
  const { bytes, problem } = await unpack({ ...packed, file }, (chunk) => slots.add(chunk));
  slots.flush();
  file.close();
  slots.say({ type: 'done', bytes, problem });
  port.close();
}

/** Fills slot after slot, and waits where the other thread has not emptied the next one yet. */
class Slots {
  private slot = 0;
  private filled = 0;
  private underWay = 0;
  private resume: (() => void) | undefined;

  constructor(
    private readonly port: MessagePort,
    private readonly ring: SharedArrayBuffer,
  ) {
    port.on('message', () => {
      this.underWay--;
      this.resume?.();
    });
  }

  say(reply: UnpackReply): void {
    this.port.postMessage(reply);
  }

  async add(chunk: Buffer): Promise<void> {
    for (let at = 0; at < chunk.length;) {
      const piece = chunk.subarray(at, at + slotBytes - this.filled);
      new Uint8Array(this.ring, this.slot * slotBytes + this.filled).set(piece);
      this.filled += piece.length;
      at += piece.length;
      if (this.filled === slotBytes) {
        this.flush();
        await this.room();
      }
    }
  }

  flush(): void {
    if (this.filled > 0) {
      this.say({ type: 'slot', slot: this.slot, length: this.filled });
      this.underWay++;
      this.slot = (this.slot + 1) % ringSlots;
      this.filled = 0;
    }
  }

  private async room(): Promise<void> {
    while (this.underWay >= ringSlots) {
      await new Promise<void>((resolve) => {
        this.resume = resolve;
      });
    }
  }
}
