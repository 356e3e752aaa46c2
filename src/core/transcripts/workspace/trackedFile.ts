import { diffArrays } from 'diff';
import type { Certainty, FileOperation, PatchHunk } from './operations';

/** One line of a reconstructed file, or a stretch of which nothing is known. */
interface Line {
  /** With its line feed, if it has one; `undefined` for a stretch of unknown length. */
  readonly text: string | undefined;
  readonly certainty: Certainty;
  /** The event that put it there, or showed it first. */
  readonly ordinal: number;
}

/** Lines that came from the same event and are equally sure. Line numbers from 1, both included. */
export interface FilePart {
  readonly from: number;
  readonly to: number;
  readonly certainty: Certainty;
  readonly ordinal: number;
}

/** What stands in a text in place of a stretch of which nothing is known. */
export const gapText = '⋯ (lines that the record does not show)\n';

/** Longer files are not compared line by line when they are seen again. */
const mostCompared = 20_000;
const mostUndone = 50;

/** One file as it is put together from what a run did to it and saw of it. */
export class TrackedFile {
  private lines: readonly Line[] = [gap()];
  private readonly earlier: (readonly Line[])[] = [];
  exists = true;

  /** Whether every line is in the record. */
  get isComplete(): boolean {
    return this.lines.every(({ text }) => text !== undefined);
  }

  get text(): string {
    return this.lines.map(({ text }) => text ?? gapText).join('');
  }

  parts(): FilePart[] {
    const parts: { from: number; to: number; certainty: Certainty; ordinal: number }[] = [];
    this.lines.forEach(({ certainty, ordinal }, index) => {
      const last = parts.at(-1);
      if (last?.certainty === certainty && last.ordinal === ordinal) {
        last.to = index + 1;
      } else {
        parts.push({ from: index + 1, to: index + 1, certainty, ordinal });
      }
    });
    return parts;
  }

  /** Carries out an operation. Of `take` the other file is given. */
  apply(operation: FileOperation, ordinal: number, other?: TrackedFile): void {
    if (operation.type !== 'undo' && operation.type !== 'observe') {
      this.earlier.push(this.lines);
      if (this.earlier.length > mostUndone) {
        this.earlier.shift();
      }
    }
    switch (operation.type) {
      case 'write':
        this.set(toLines(operation.text, ordinal));
        break;
      case 'append':
        this.set([...(this.exists ? this.lines : []), ...toLines(operation.text, ordinal)]);
        break;
      case 'replace':
        this.replace(operation.old, operation.new, operation.all, ordinal);
        break;
      case 'insert':
        this.splice(operation.line, operation.line, operation.text, ordinal);
        break;
      case 'lines':
        this.splice(operation.from - 1, operation.to, operation.text, ordinal);
        break;
      case 'patch':
        operation.hunks.forEach((hunk) => this.hunk(hunk, ordinal));
        break;
      case 'observe':
        this.observe(operation, ordinal);
        break;
      case 'unknown':
        this.doubt();
        break;
      case 'delete':
        this.exists = false;
        this.lines = [];
        break;
      case 'take':
        this.set(other?.exists === true ? other.lines : [gap()]);
        break;
      case 'undo':
        this.lines = this.earlier.pop() ?? this.lines;
    }
  }

  /** Takes the whole content as it was recorded, byte by byte. */
  record(text: string, ordinal: number): void {
    const seen = toLines(text, ordinal);
    this.set(this.isComplete && this.exists ? sameLines(this.lines, seen) : seen);
  }

  /** It is known to have changed, and what was recorded of that is lost. */
  lose(): void {
    this.set(this.exists && this.lines.length > 0 ? this.lines : [gap()]);
    this.doubt();
  }

  private set(lines: readonly Line[]): void {
    this.exists = true;
    this.lines = lines;
  }

  /** What was known may have changed. */
  private doubt(): void {
    this.exists = true;
    this.lines = this.lines.map((line) => ({
      ...line,
      certainty: line.certainty === 'known' ? 'inferred' : line.certainty,
    }));
  }

  private replace(old: string, replacement: string, all: boolean, ordinal: number): void {
    const found = this.findText(old);
    if (found.length === 0) {
      this.addFragment(replacement, ordinal);
      return;
    }
    // From the end, so that earlier places stay where they are.
    for (const { from, to, start } of (all ? found : found.slice(0, 1)).reverse()) {
      const whole = this.textOf(from, to);
      const changed = whole.slice(0, start) + replacement + whole.slice(start + old.length);
      this.spliceKeeping(from, to, changed, ordinal);
    }
  }

  /** Replaces lines by a text, leaving the lines that it shares at both ends as they were. */
  private spliceKeeping(from: number, to: number, text: string, ordinal: number): void {
    const before = this.lines.slice(from, to);
    const after = toLines(text, ordinal);
    let head = 0;
    while (
      head < Math.min(before.length, after.length) &&
      before[head]?.text === after[head]?.text
    ) {
      head++;
    }
    let tail = 0;
    const most = Math.min(before.length, after.length) - head;
    while (tail < most && before.at(-1 - tail)?.text === after.at(-1 - tail)?.text) {
      tail++;
    }
    const middle = after.slice(head, after.length - tail);
    this.set([...this.lines.slice(0, from + head), ...middle, ...this.lines.slice(to - tail)]);
  }

  /** A piece of a file whose surroundings are not known. */
  private addFragment(text: string, ordinal: number): void {
    if (this.isComplete) {
      // What was replaced is not where it should be, so what is held is not what was there.
      this.doubt();
    }
    const lines = toLines(text, ordinal);
    const firstGap = this.lines.findIndex((line) => line.text === undefined);
    const at = firstGap < 0 ? this.lines.length : firstGap + 1;
    this.set([
      ...this.lines.slice(0, at),
      ...(firstGap < 0 ? [gap()] : []),
      ...lines,
      gap(),
      ...this.lines.slice(at),
    ]);
  }

  /** Where a text stands within lines that are known: its lines, and its start within them. */
  private findText(text: string): { from: number; to: number; start: number }[] {
    const found: { from: number; to: number; start: number }[] = [];
    if (text === '') {
      return found;
    }
    for (let first = 0; first < this.lines.length;) {
      let last = first;
      while (last < this.lines.length && this.lines[last]?.text !== undefined) {
        last++;
      }
      found.push(...this.findWithin(text, first, last));
      first = last + 1;
    }
    return found;
  }

  private findWithin(
    text: string,
    first: number,
    last: number,
  ): { from: number; to: number; start: number }[] {
    const found: { from: number; to: number; start: number }[] = [];
    const run = this.textOf(first, last);
    let line = first;
    let lineStart = 0;
    for (let at = run.indexOf(text); at >= 0; at = run.indexOf(text, at + text.length)) {
      const length = () => this.lines[line]?.text?.length ?? 0;
      while (lineStart + length() <= at && line < last) {
        lineStart += length();
        line++;
      }
      let to = line;
      for (let end = lineStart; end < at + text.length && to < last; to++) {
        end += this.lines[to]?.text?.length ?? 0;
      }
      found.push({ from: line, to, start: at - lineStart });
    }
    return found;
  }

  private textOf(from: number, to: number): string {
    return this.lines
      .slice(from, to)
      .map(({ text }) => text ?? '')
      .join('');
  }

  /** Lines from index `from` up to and without `to` give way to a text. */
  private splice(from: number, to: number, text: string, ordinal: number): void {
    const exact =
      this.lines.slice(0, to).every((line) => line.text !== undefined) && to <= this.lines.length;
    if (!exact) {
      this.addFragment(text, ordinal);
      return;
    }
    const lines = toLines(
      text.endsWith('\n') || to === this.lines.length ? text : `${text}\n`,
      ordinal,
    );
    this.set([...this.lines.slice(0, from), ...lines, ...this.lines.slice(to)]);
  }

  private hunk({ before, after }: PatchHunk, ordinal: number): void {
    const at = this.findLines(before);
    const lines = after.map(
      (text) => ({ text: `${text}\n`, certainty: 'known', ordinal }) as const,
    );
    if (at < 0 || before.length === 0) {
      this.addFragment(lines.map(({ text }) => text).join(''), ordinal);
      return;
    }
    this.spliceKeeping(at, at + before.length, lines.map(({ text }) => text).join(''), ordinal);
  }

  private findLines(wanted: readonly string[]): number {
    for (let at = 0; at + wanted.length <= this.lines.length; at++) {
      if (
        wanted.every((text, index) => this.lines[at + index]?.text?.replace(/\r?\n$/, '') === text)
      ) {
        return at;
      }
    }
    return -1;
  }

  private observe(
    { text, firstLine, whole }: Extract<FileOperation, { type: 'observe' }>,
    ordinal: number,
  ): void {
    const seen = toLines(text, ordinal);
    if (whole) {
      this.set(this.isComplete && this.exists ? reconcile(this.lines, seen) : seen);
      return;
    }
    const nothingKnown = this.lines.every((line) => line.text === undefined);
    if (nothingKnown || !this.exists) {
      this.set([...(firstLine > 1 ? [gap()] : []), ...seen, gap()]);
    }
  }
}

function gap(): Line {
  return { text: undefined, certainty: 'unknown', ordinal: -1 };
}

function toLines(text: string, ordinal: number): Line[] {
  return text
    .split(/(?<=\n)/)
    .filter((line) => line !== '')
    .map((line) => ({ text: line, certainty: 'known', ordinal }));
}

/** What a tool showed, which often leaves out the last line feed. */
function reconcile(held: readonly Line[], seen: readonly Line[]): readonly Line[] {
  const text = (lines: readonly Line[]) => lines.map((line) => line.text ?? '').join('');
  return text(held).trimEnd() === text(seen).trimEnd()
    ? held.map((line) => ({ ...line, certainty: 'known' }))
    : sameLines(held, seen);
}

/** What was seen, each line that was held before keeping the event that it came from. */
function sameLines(held: readonly Line[], seen: readonly Line[]): readonly Line[] {
  const heldText = held.map(({ text }) => text ?? '');
  const seenText = seen.map(({ text }) => text ?? '');
  if (held.length + seen.length > mostCompared) {
    return seen;
  }
  const lines: Line[] = [];
  let heldAt = 0;
  let seenAt = 0;
  for (const { added, removed, count } of diffArrays(heldText, seenText)) {
    if (added) {
      lines.push(...seen.slice(seenAt, seenAt + count));
      seenAt += count;
    } else {
      if (!removed) {
        lines.push(
          ...held
            .slice(heldAt, heldAt + count)
            .map((line) => ({ ...line, certainty: 'known' }) as const),
        );
        seenAt += count;
      }
      heldAt += count;
    }
  }
  return lines;
}
