import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { setImmediate } from 'node:timers/promises';
import type { Command } from 'commander';
import { BufferSource, FileSource, readRange } from '../core/bytes/byteSource';
import type { ByteSource } from '../core/bytes/byteSource';
import { compareSources } from '../core/bytes/compareSources';
import { refine } from '../core/bytes/refine';
import { hunksOf, RegionTable } from '../core/bytes/regionTable';
import { sourceClass } from '../core/bytes/sourceClass';
import { firstDifferenceSteps } from '../core/bytes/sourceDifference';
import type { Progress } from '../core/progress';
import { CancelledError, UserError } from '../core/errors';
import { diffReport } from './diffReport';
import type { CliIo } from './io';
import { pathFrom } from './pathFrom';
import { exitCodes } from './io';
import { serveDiff } from './serveDiff';

/** Bytes of all hunks together within which the changed bytes are told, too. */
const mostRefined = 32 << 20;
/** Characters of JSON that are written at a time. */
const chunkLength = 1 << 16;
/** Bytes that are read from a pipe at most. */
const mostInput = 1 << 30;

interface Options {
  readonly json?: true;
  readonly web?: true;
  readonly port?: number;
}

/** `mirrorcode diff A B`: two files, byte by byte. */
export function registerDiffCommand(program: Command, io: CliIo): void {
  program
    .command('diff')
    .description('Compare two files byte by byte. Exits with 0 if they are equal, 1 if not.')
    .argument('A', 'the expected file; - for standard input')
    .argument('B', 'the actual file; - for standard input')
    .option('--json', 'one JSON document on stdout, with every hunk')
    .option('--web', 'show the comparison in a browser, served on a port of this machine only')
    .option('--port <N>', 'with --web: the port; a free one by default', Number)
    .action(async (a: string, b: string, options: Options) => {
      if (options.web === true) {
        await serveDiff(io, [await refOf(io, a), await refOf(io, b)], options.port ?? 0);
        return;
      }
      const sources: ByteSource[] = [];
      try {
        sources.push(await open(io, a), await open(io, b));
        const [left, right] = sources as [ByteSource, ByteSource];
        await compare(io, { names: [a, b], left, right }, options);
      } finally {
        for (const source of sources) {
          source.dispose();
        }
      }
    });
}

interface Pair {
  readonly names: readonly [string, string];
  readonly left: ByteSource;
  readonly right: ByteSource;
}

async function compare(io: CliIo, { names, left, right }: Pair, options: Options): Promise<void> {
  const first = await inSteps(io, firstDifferenceSteps(left, right));
  const kind = sourceClass(left, right, first?.offset);
  const table = new RegionTable();
  const coarse =
    first !== undefined && (await inSteps(io, compareSources(left, right, table))).coarse;
  if (options.json === true) {
    for (const text of jsonDocument()) {
      io.out(text);
    }
  } else {
    io.out(diffReport({ names, left, right, first, class: kind, table, coarse }));
  }
  io.setExitCode(first === undefined ? exitCodes.good : exitCodes.failed);

  function* jsonDocument(): Generator<string> {
    const head = {
      equal: first === undefined,
      sizes: [left.size, right.size],
      firstDifference: first ?? null,
      class: kind,
      coarse,
    };
    // In parts: hunks of large files make a document that no string can hold.
    yield `${JSON.stringify(head, null, 2).slice(0, -2)},\n  "hunks": [`;
    let text = '';
    let refined = 0;
    let separator = '\n    ';
    for (const { a, b } of hunksOf(table)) {
      const size = a[1] - a[0] + b[1] - b[0];
      refined += size;
      const bytes =
        refined <= mostRefined
          ? {
              bytes: refine(readRange(left, ...a), readRange(right, ...b)).map(shifted(a[0], b[0])),
            }
          : {};
      text += separator + JSON.stringify({ a, b, ...bytes });
      separator = ',\n    ';
      if (text.length > chunkLength) {
        yield text;
        text = '';
      }
    }
    yield `${text}${separator === '\n    ' ? '' : '\n  '}]\n}\n`;
  }
}

function shifted(aStart: number, bStart: number) {
  return ({ a, b }: { a: readonly [number, number]; b: readonly [number, number] }) => ({
    a: [a[0] + aStart, a[1] + aStart],
    b: [b[0] + bStart, b[1] + bStart],
  });
}

/** Takes steps to their end, shows how far they are, and hears Ctrl+C between them. */
async function inSteps<T>(io: CliIo, steps: Generator<Progress, T>): Promise<T> {
  try {
    for (;;) {
      const { done, value } = steps.next();
      if (done === true) {
        return value;
      }
      io.progress({ ...value, message: 'bytes compared' });
      await setImmediate();
      if (io.signal.aborted) {
        throw new CancelledError();
      }
    }
  } finally {
    io.progress(undefined);
  }
}

async function open(io: CliIo, name: string): Promise<ByteSource> {
  const ref = await refOf(io, name);
  return ref.path === undefined ? new BufferSource(ref.bytes) : FileSource.open(ref.path);
}

/** A file by its path; standard input and pipes (`<(…)` of a shell) by what comes through them. */
async function refOf(
  io: CliIo,
  name: string,
): Promise<{ path: string; bytes?: never } | { path?: never; bytes: Buffer }> {
  if (name === '-') {
    return { bytes: await readAll(io.stdin) };
  }
  const file = pathFrom(io, name);
  const isPipe = await stat(file).then(
    (found) => found.isFIFO(),
    () => false,
  );
  if (isPipe) {
    return { bytes: await readAll(createReadStream(file)) };
  }
  // What can't be compared is told here and not only in the page.
  FileSource.open(file).dispose();
  return { path: file };
}

async function readAll(stream: NodeJS.ReadableStream): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream) {
    const bytes = Buffer.from(chunk);
    size += bytes.length;
    if (size > mostInput) {
      throw new UserError('What comes through a pipe is too large to be compared.', {
        action: 'Write it into a file and compare that.',
      });
    }
    chunks.push(bytes);
  }
  return Buffer.concat(chunks);
}
