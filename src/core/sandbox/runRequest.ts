import type { FileEntry } from '../cases/case';
import { contentSize, readContent } from '../cases/content';
import { UserError } from '../errors';
import { FrameWriter, toRunner } from './frames';
import type { ExecRequest } from './sandbox';

const flags = {
  collectOutputs: 1,
  noStdin: 2,
  fixedAddresses: 4,
  watched: 8,
  interactive: 16,
} as const;
const ownUid = 0xffff_ffff;
/** Bytes of an input in one frame. */
const dataFrame = 256 * 1024;
/** Bytes of frames that are handed to the stream at once. */
const batch = 1024 * 1024;

/** @throws UserError for a string that no program can be given, since it would end at the NUL. */
function checkStrings(request: ExecRequest): void {
  const strings = [
    request.program,
    request.argv0,
    request.cwd,
    ...request.args,
    ...request.env.flat(),
    ...request.files.map(({ path }) => path),
  ];
  if (strings.some((text) => text.includes('\0'))) {
    throw new UserError(
      'The program cannot be run: an argument, a variable or a path contains a NUL byte.',
      { action: 'Remove it; the operating system ends such a string there.' },
    );
  }
}

function writeRun(writer: FrameWriter, run: number, request: ExecRequest): void {
  const { limits, files } = request;
  const inputBytes = files.reduce(
    (sum, file) => sum + (file.kind === 'file' ? contentSize(file.content) : 0),
    0,
  );
  writer
    .begin(toRunner.run, run)
    .u32(
      (request.collectOutputs ? flags.collectOutputs : 0) |
        (request.stdinKind === 'null' ? flags.noStdin : 0) |
        (request.fixedAddresses === true ? flags.fixedAddresses : 0) |
        (request.watched === true ? flags.watched : 0) |
        (request.interactive === true ? flags.interactive : 0),
    )
    .u32(request.umask)
    .u32(request.uid ?? ownUid)
    .u32(request.cpus ?? 0)
    .u32(request.firstPid ?? 0)
    .u32(limits.processes)
    .u64(limits.timeout * 1e6)
    .u64(limits.memory)
    .u64(limits.output)
    .u64(limits.fileSize)
    .u64(inputBytes)
    .u32(files.length)
    .string(request.hostname ?? '')
    .string(request.cwd)
    .string(request.program)
    .u32(request.args.length + 1)
    .string(request.argv0);
  for (const arg of request.args) {
    writer.string(arg);
  }
  writer.u32(request.env.length);
  for (const [name, value] of request.env) {
    writer.string(`${name}=${value}`);
  }
  writer.finish();
}

const kinds = { file: 0, dir: 1, link: 2 } as const;

function writeEntry(
  writer: FrameWriter,
  run: number,
  file: Exclude<FileEntry, { kind: 'absent' }>,
): void {
  writer
    .begin(toRunner.entry, run)
    .u8(kinds[file.kind])
    .u32(file.kind === 'link' ? 0o777 : file.mode)
    .u64(file.kind === 'file' ? contentSize(file.content) : 0)
    .string(file.path)
    .string(file.kind === 'link' ? file.target : '')
    .finish();
}

function* pieces(bytes: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += dataFrame) {
    yield bytes.subarray(at, at + dataFrame);
  }
}

/**
 * The frames of a request up to `start`, in pieces of about a megabyte; one piece for most cases.
 * @throws UserError when an input can't be read or a string can't be given to a program.
 */
export async function* requestFrames(run: number, request: ExecRequest): AsyncGenerator<Buffer> {
  checkStrings(request);
  const writer = new FrameWriter();
  let size = 0;
  writeRun(writer, run, request);
  for (const file of request.files) {
    if (file.kind === 'absent') {
      continue;
    }
    writeEntry(writer, run, file);
    if (file.kind !== 'file') {
      continue;
    }
    for (const piece of pieces(await readContent(file.content))) {
      writer.begin(toRunner.data, run).bytes(piece).finish();
      size += piece.length;
      if (size >= batch) {
        size = 0;
        yield writer.take();
      }
    }
  }
  writer.begin(toRunner.start, run).finish();
  yield writer.take();
}
