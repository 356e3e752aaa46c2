/** Bytes that someone adds while someone else takes them, in order. */
export class ByteQueue implements AsyncIterable<Uint8Array> {
  private readonly waiting: Uint8Array[] = [];
  private ended = false;
  private wake: (() => void) | undefined;

  /** @param onTaken Called with the length of each piece that has been taken. */
  constructor(private readonly onTaken: (bytes: number) => void = () => undefined) {}

  push(bytes: Uint8Array): void {
    if (!this.ended) {
      this.waiting.push(bytes);
      this.wake?.();
    }
  }

  end(): void {
    this.ended = true;
    this.wake?.();
  }

  async *[Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    for (;;) {
      const next = this.waiting.shift();
      if (next !== undefined) {
        yield next;
        this.onTaken(next.length);
      } else if (this.ended) {
        return;
      } else {
        await new Promise<void>((resolve) => {
          this.wake = resolve;
        });
        this.wake = undefined;
      }
    }
  }
}
