import { hashKey } from '../index/keyTable';
import type { RangeList } from '../index/rangeList';
import type { LoadedSample } from '../loadedSample';

/** The events that show what lies at some place of a sample's bytes, and where that place ends. */
export interface Owned {
  readonly ordinals: readonly number[];
  /** Everything up to here belongs to the same events. */
  readonly end: number;
}

const nobody: Owned = { ordinals: [], end: 0 };

/** Leads places in a sample's bytes back to events: its records, attachments and pooled messages. */
export class Owners {
  /** Events and pooled messages by the hash of the attachment's key that they name. */
  private byAttachment: Map<number, number[]> | undefined;

  constructor(private readonly sample: LoadedSample) {}

  of(offset: number): Owned {
    return this.event(offset) ?? this.attachment(offset) ?? this.pooled(offset) ?? nobody;
  }

  private event(offset: number): Owned | undefined {
    const { events } = this.sample.index;
    let low = 0;
    let high = events.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (events.offset(middle) <= offset) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    const ordinal = low - 1;
    const end = ordinal < 0 ? -1 : events.offset(ordinal) + events.size(ordinal);
    return offset < end ? { ordinals: [ordinal], end } : undefined;
  }

  private attachment(offset: number): Owned | undefined {
    const { attachments, lists } = this.sample.index;
    const number = attachments.values.at(offset);
    if (number >= 0) {
      return this.named(attachments.keys.get(number, 0), attachments.values, number);
    }
    const position = lists.numbered.at(offset);
    return position < 0 ? undefined : this.named(hashOfNumber(position), lists.numbered, position);
  }

  private named(hash: number, list: RangeList, number: number): Owned {
    const owners = this.mentions().get(hash) ?? [];
    const ordinals = owners.map((owner) => (owner >= 0 ? owner : this.introducer(-1 - owner)));
    return {
      ordinals: ordinals.filter((ordinal) => ordinal >= 0),
      end: list.offset(number) + list.size(number),
    };
  }

  private pooled(offset: number): Owned | undefined {
    const { poolMessages } = this.sample.index.lists;
    const number = poolMessages.at(offset);
    if (number < 0) {
      return undefined;
    }
    const ordinal = this.introducer(number);
    return {
      ordinals: ordinal < 0 ? [] : [ordinal],
      end: poolMessages.offset(number) + poolMessages.size(number),
    };
  }

  private introducer(pooled: number): number {
    const { introducedBy } = this.sample.index;
    return pooled < introducedBy.length ? introducedBy.get(pooled) : -1;
  }

  private mentions(): Map<number, number[]> {
    if (this.byAttachment === undefined) {
      this.byAttachment = new Map();
      const { mentions } = this.sample.index;
      for (let row = 0; row < mentions.length; row++) {
        const hash = mentions.get(row, 1);
        const owners = this.byAttachment.get(hash);
        if (owners === undefined) {
          this.byAttachment.set(hash, [mentions.get(row, 0)]);
        } else {
          owners.push(mentions.get(row, 0));
        }
      }
    }
    return this.byAttachment;
  }
}

function hashOfNumber(number: number): number {
  return hashKey(String(number));
}
