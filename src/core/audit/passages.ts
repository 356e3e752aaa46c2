/** A text that is looked for in others. */
export interface Passage<T> {
  readonly owner: T;
  readonly text: string;
}

export interface PassageHit<T> {
  readonly passage: Passage<T>;
  /** Where it stands in the text that was searched, in UTF-16 units. */
  readonly offset: number;
}

const base = 0x01000193;

/**
 * Looks for thousands of passages in megabytes of text at once: the hash of a window that slides
 * over the text (Rabin and Karp) tells where a passage may begin. Passages shorter than the window
 * are left out.
 */
export class PassageFinder<T> {
  private readonly byHash = new Map<number, Passage<T>[]>();
  private readonly leading: number;

  /** @param window Length in UTF-16 units of the shortest passage that counts. */
  constructor(
    passages: Iterable<Passage<T>>,
    private readonly window: number,
  ) {
    for (const passage of passages) {
      if (passage.text.length >= window) {
        const hash = hashOf(passage.text, window);
        const known = this.byHash.get(hash);
        if (known === undefined) {
          this.byHash.set(hash, [passage]);
        } else {
          known.push(passage);
        }
      }
    }
    let leading = 1;
    for (let i = 1; i < window; i++) {
      leading = Math.imul(leading, base);
    }
    this.leading = leading;
  }

  /** The first place of each passage that stands in `text`. */
  find(text: string): PassageHit<T>[] {
    const hits = new Map<Passage<T>, number>();
    if (this.byHash.size > 0 && text.length >= this.window) {
      let hash = hashOf(text, this.window);
      const last = text.length - this.window;
      for (let at = 0; ; at++) {
        this.collect(text, at, hash, hits);
        if (at === last) {
          break;
        }
        const without = hash - Math.imul(text.charCodeAt(at), this.leading);
        hash = (Math.imul(without, base) + text.charCodeAt(at + this.window)) | 0;
      }
    }
    return [...hits].map(([passage, offset]) => ({ passage, offset }));
  }

  private collect(text: string, at: number, hash: number, hits: Map<Passage<T>, number>): void {
    for (const passage of this.byHash.get(hash) ?? []) {
      if (!hits.has(passage) && text.startsWith(passage.text, at)) {
        hits.set(passage, at);
      }
    }
  }
}

function hashOf(text: string, window: number): number {
  let hash = 0;
  for (let i = 0; i < window; i++) {
    hash = (Math.imul(hash, base) + text.charCodeAt(i)) | 0;
  }
  return hash;
}
