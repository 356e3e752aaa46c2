import type { ByteStore } from '../bytes/byteStore';
import { NumberTable } from './numberTable';
import { RangeList } from './rangeList';

/**
 * Values found by a key, as the attachments of a sample are. Neither keys nor values are held: a key
 * is found by its hash and then compared with the bytes in the store.
 */
export class KeyTable {
  private slots = new Int32Array(4096).fill(-1);

  /** The hash of each key, and where the key lies. */
  readonly keys = new NumberTable(2);
  readonly values = new RangeList();

  get length(): number {
    return this.keys.length;
  }

  add(key: string, keyOffset: number, offset: number, length: number): void {
    const row = this.keys.addRow();
    this.keys.set(row, 0, hashKey(key));
    this.keys.set(row, 1, keyOffset);
    this.values.add(offset, length);
    if (this.length * 2 > this.slots.length) {
      this.rebuild();
    } else {
      this.place(this.length - 1);
    }
  }

  /** The number of a key's value (the last one given), or -1. */
  find(key: string, store: ByteStore): number {
    const hash = hashKey(key);
    const mask = this.slots.length - 1;
    let found = -1;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const index = this.slots[slot] ?? -1;
      if (index < 0) {
        return found;
      }
      if (this.keys.get(index, 0) === hash && index > found && this.hasKey(index, key, store)) {
        found = index;
      }
    }
  }

  private hasKey(index: number, key: string, store: ByteStore): boolean {
    const bytes = Buffer.from(key);
    return store.read(this.keys.get(index, 1), bytes.length).equals(bytes);
  }

  /** Finds the slots of all keys anew, after the columns were filled from outside. */
  rebuild(): void {
    let size = 4096;
    while (size < this.length * 4) {
      size *= 2;
    }
    this.slots = new Int32Array(size).fill(-1);
    for (let index = 0; index < this.length; index++) {
      this.place(index);
    }
  }

  private place(index: number): void {
    const mask = this.slots.length - 1;
    let slot = this.keys.get(index, 0) & mask;
    while ((this.slots[slot] ?? -1) >= 0) {
      slot = (slot + 1) & mask;
    }
    this.slots[slot] = index;
  }
}

/** FNV-1a, 32 bits. */
export function hashKey(key: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < key.length; index++) {
    hash = Math.imul(hash ^ key.charCodeAt(index), 0x01000193);
  }
  return hash >>> 0;
}

/** The same hash of a key that stands in bytes. Keys are ASCII. */
export function hashBytes(bytes: Buffer, start: number, end: number): number {
  let hash = 0x811c9dc5;
  for (let at = start; at < end; at++) {
    hash = Math.imul(hash ^ (bytes[at] ?? 0), 0x01000193);
  }
  return hash >>> 0;
}
