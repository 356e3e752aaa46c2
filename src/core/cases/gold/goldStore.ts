import { createHash } from 'node:crypto';
import { writeFileAtomically } from '../../atomicFile';
import { UserError } from '../../errors';
import { withFileLock } from '../../fileLock';
import type { Case } from '../case';
import type {
  CaseListing,
  CaseStore,
  CaseSummary,
  UnreadableCase,
  WriteOptions,
} from '../caseStore';
import type { GoldFile, Row } from './goldFile';
import { assertUnchanged, carriageReturn, eachRow, lineFeed, loadGoldFile } from './goldFile';
import type { JsonStyle } from './pythonJson';
import { detectStyle } from './pythonJson';
import { changedRow, newRow } from './writeRow';

/** What becomes of a row: its new text, or nothing. */
type Outcome = { readonly text: string } | 'keep' | 'drop';

/**
 * The rows of one gold file. A changed case rewrites what differs in its own row; every other byte
 * stays as it was, rows that can't be read included.
 */
export class GoldStore implements CaseStore {
  readonly kind = 'gold';
  /** What each row was when it was last read here: name → hash, to notice other writers. */
  private readonly known = new Map<string, string>();

  /** @param path Absolute path of the `.jsonl` file; it need not exist yet. */
  constructor(readonly path: string) {}

  async list(): Promise<CaseListing> {
    const cases: CaseSummary[] = [];
    const unreadable: UnreadableCase[] = [];
    for (const row of eachRow(await loadGoldFile(this.path))) {
      const { index, value } = row;
      if (value === undefined) {
        unreadable.push(this.unreadable(row));
      } else {
        const { name, labels, duals, input, gold } = value;
        const location = { path: this.path, row: index };
        const hasGold = gold !== undefined;
        cases.push({ name, labels, duals, args: input.args, location, hasGold });
      }
    }
    return { cases, unreadable };
  }

  async read(name: string): Promise<Case> {
    const quoted = JSON.stringify(name).slice(1, -1);
    const mayHaveName = (text: string) => text.includes(quoted) || text.includes('\\');
    for (const row of eachRow(await loadGoldFile(this.path), mayHaveName)) {
      if (row.name === name) {
        if (row.value === undefined) {
          throw new UserError(this.problemOf(row), {
            action: 'Correct the row, or record the case again.',
          });
        }
        this.known.set(name, hashOf(row.text));
        return row.value;
      }
    }
    throw this.missing(name);
  }

  async *readAll(onUnreadable?: (one: UnreadableCase) => void): AsyncIterable<Case> {
    let done = 0;
    for (const row of eachRow(await loadGoldFile(this.path))) {
      if (row.value === undefined) {
        onUnreadable?.(this.unreadable(row));
      } else {
        yield row.value;
      }
      // Other work gets its turn: a file of 43 MB holds the thread for a second otherwise.
      if (++done % 100 === 0) {
        await new Promise((resolve) => setImmediate(resolve));
      }
    }
  }

  async check(candidate: Case): Promise<void> {
    await newRow(candidate, detectStyle([]));
  }

  write(changed: Case, options: WriteOptions = {}): Promise<void> {
    return this.writeAll([changed], options);
  }

  async writeAll(changed: readonly Case[], options: WriteOptions = {}): Promise<void> {
    const pending = new Map(changed.map((one) => [one.name, one]));
    if (pending.size < changed.length) {
      throw new UserError(`Writing to ${this.path} failed: two of the cases have the same name.`, {
        action: 'Give each case a name of its own.',
      });
    }
    await this.rewrite(async (row, style) => {
      const one = row.name === undefined ? undefined : pending.get(row.name);
      if (one === undefined) {
        return 'keep';
      }
      if (options.replace !== true) {
        throw taken(one.name);
      }
      pending.delete(one.name);
      this.refuseChanged(row);
      const { text, value } = row;
      return {
        text: await (value === undefined
          ? newRow(one, style)
          : changedRow(one, { text, value }, style)),
      };
    }, pending);
  }

  async rename(from: string, to: string): Promise<void> {
    const wanted = new Set([from]);
    await this.rewrite(async ({ name = '', text, value }, style) => {
      if (name === to) {
        throw taken(to);
      }
      return value !== undefined && wanted.delete(name)
        ? { text: await changedRow({ ...value, name: to }, { text, value }, style) }
        : 'keep';
    });
    if (wanted.size > 0) {
      throw this.missing(from);
    }
    this.known.delete(from);
  }

  async remove(names: readonly string[]): Promise<void> {
    const gone = new Set(names);
    await this.rewrite(({ name }) =>
      // Of two rows with one name the first goes, and the other can be read then.
      Promise.resolve(name !== undefined && gone.delete(name) ? 'drop' : 'keep'),
    );
    const [missing] = gone;
    if (missing !== undefined) {
      throw this.missing(missing);
    }
  }

  forget(): void {
    this.known.clear();
  }

  private unreadable(row: Row): UnreadableCase {
    const { index, line, name = `row ${index + 1}` } = row;
    const location = { path: this.path, row: index, line: line.number };
    return { name, location, problem: this.problemOf(row) };
  }

  private problemOf({ index, line, problem }: Row): string {
    return `Row ${index + 1} of ${this.path} (line ${line.number}) can't be used: ${problem ?? ''}.`;
  }

  private missing(name: string): UserError {
    return new UserError(`There is no case ${name} in ${this.path}.`, {
      action: 'List the names with: mirrorcode cases TARGET',
    });
  }

  /**
   * What was read here and has been changed since by someone else is not written over unseen. The
   * second attempt is allowed: by then it has been said.
   */
  private refuseChanged({ name = '', text }: Row): void {
    const known = this.known.get(name);
    if (known !== undefined && known !== hashOf(text)) {
      this.known.delete(name);
      throw new UserError(
        `${name} in ${this.path} was changed by someone else since it was read.`,
        {
          action: 'Nothing was written. Look at what it holds now, then save again.',
        },
      );
    }
  }

  private remember(name: string, edit: { readonly text: string } | 'drop'): void {
    if (edit === 'drop') {
      this.known.delete(name);
    } else {
      this.known.set(name, hashOf(edit.text));
    }
  }

  /** One writer at a time, in whatever window or process; nothing is written if `change` throws. */
  private rewrite(
    change: (row: Row, style: JsonStyle) => Promise<Outcome>,
    added: ReadonlyMap<string, Case> = new Map(),
  ): Promise<void> {
    return withFileLock(`${this.path}.lock`, async () => {
      const loaded = await loadGoldFile(this.path);
      const style = detectStyle(texts(loaded));
      const edits = new Map<Row, { readonly text: string } | 'drop'>();
      for (const row of eachRow(loaded)) {
        const outcome = await change(row, style);
        if (outcome !== 'keep') {
          edits.set(row, outcome);
        }
      }
      const rows: string[] = [];
      for (const one of added.values()) {
        rows.push(await newRow(one, style));
      }
      await save(loaded, [...edited(loaded, edits), ...appended(loaded, rows)]);
      for (const [{ name = '' }, edit] of edits) {
        this.remember(name, edit);
      }
    });
  }
}

/** The file's bytes with some rows changed: everything between them as it lies there. */
function* edited(
  { bytes }: GoldFile,
  edits: ReadonlyMap<Row, { readonly text: string } | 'drop'>,
): Iterable<Buffer | string> {
  let keptFrom = 0;
  for (const [{ line }, edit] of edits) {
    yield bytes.subarray(keptFrom, line.start);
    yield edit === 'drop' ? '' : edit.text;
    keptFrom = edit === 'drop' ? line.next : line.end;
  }
  yield bytes.subarray(keptFrom);
}

/** New rows, below a last line that may have been left without its end. */
function* appended(loaded: GoldFile, rows: readonly string[]): Iterable<string> {
  const { bytes } = loaded;
  const newline = lineEnd(loaded);
  if (rows.length > 0 && bytes.length > 0 && bytes.at(-1) !== lineFeed) {
    yield newline;
  }
  for (const row of rows) {
    yield row + newline;
  }
}

async function save(loaded: GoldFile, pieces: readonly (Buffer | string)[]): Promise<void> {
  const bytes = Buffer.concat(
    pieces.map((piece) => (typeof piece === 'string' ? Buffer.from(piece) : piece)),
  );
  if (!bytes.equals(loaded.bytes)) {
    const beforeRename = () => assertUnchanged(loaded);
    await writeFileAtomically(loaded.path, bytes, { beforeRename });
  }
}

function* texts({ bytes, lines }: GoldFile): Iterable<string> {
  for (const { start, end } of lines) {
    yield bytes.toString('utf8', start, end);
  }
}

/** As the file's first line ends. */
function lineEnd({ bytes, lines: [first] }: GoldFile): string {
  return first !== undefined && bytes[first.end] === carriageReturn ? '\r\n' : '\n';
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function taken(name: string): UserError {
  return new UserError(`There is already a case ${name}.`, {
    action: 'Choose another name, or say that it is to be replaced.',
  });
}
