/** What one of several writers prints. */
export interface Turn {
  readonly write: (chunk: Uint8Array) => void;
  readonly close: () => void;
}

/**
 * Prints what several write at once, one after the other in the order in which they were opened: the
 * first at once, the others once it is their turn.
 */
export class OutputInTurn {
  private readonly turns: { readonly kept: Uint8Array[]; isClosed: boolean }[] = [];

  constructor(private readonly print: (chunk: Uint8Array) => void) {}

  /** @param title Stands above what is written. */
  open(title: string): Turn {
    const turn = { kept: [Buffer.from(title)] as Uint8Array[], isClosed: false };
    this.turns.push(turn);
    this.flush();
    return {
      write: (chunk) => {
        turn.kept.push(chunk);
        this.flush();
      },
      close: () => {
        turn.isClosed = true;
        this.flush();
      },
    };
  }

  private flush(): void {
    for (let [first] = this.turns; first !== undefined; [first] = this.turns) {
      first.kept.splice(0).forEach(this.print);
      if (!first.isClosed) {
        return;
      }
      this.turns.shift();
    }
  }
}
