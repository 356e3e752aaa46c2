import { UserError } from '../errors';
import type { Case, Content, FileEntry } from './case';
import { bytesContent, readContent } from './content';

/** A part of a case that holds bytes. */
export interface CasePart {
  readonly kind: 'stdin' | 'file' | 'stdout' | 'stderr' | 'out';
  /** Of a `file` or `out`. */
  readonly path?: string;
}

/** What the reference answered is changed by recording alone. */
export function isInput({ kind }: CasePart): boolean {
  return kind === 'stdin' || kind === 'file';
}

/** @throws UserError when the case has no such part, or its file is gone. */
export async function readPart(source: Case, part: CasePart): Promise<Uint8Array> {
  const content = contentOf(source, part);
  if (content === undefined) {
    throw missing(source, part);
  }
  return readContent(content);
}

/**
 * The case with other bytes in one of its inputs. Its gold stays until it is recorded anew.
 * @throws UserError for a part of the gold, and when there is no such file.
 */
export function withPart(source: Case, part: CasePart, bytes: Uint8Array): Case {
  if (!isInput(part)) {
    throw new UserError(`Changing ${part.kind} of ${source.name} failed: it is part of the gold.`, {
      action: 'Re-record the case: a gold changes by asking the reference alone.',
    });
  }
  if (contentOf(source, part) === undefined) {
    throw missing(source, part);
  }
  const { input } = source;
  const content = bytesContent(bytes);
  return {
    ...source,
    input:
      part.kind === 'stdin'
        ? { ...input, stdin: content }
        : {
            ...input,
            files: input.files.map((file) =>
              file.kind === 'file' && file.path === part.path ? { ...file, content } : file,
            ),
          },
  };
}

/**
 * Why a text editor could not save these bytes as they are, apart from what is typed; undefined
 * where it can. It keeps no byte that is not UTF-8, and one kind of line end for the whole text.
 */
export function editorHarm(bytes: Uint8Array): string | undefined {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return 'it holds bytes that are not UTF-8';
  }
  if (text.includes('\0')) {
    return 'it holds NUL bytes';
  }
  const carriageReturns = text.split('\r').length - 1;
  const pairs = text.split('\r\n').length - 1;
  const lineFeeds = text.split('\n').length - 1;
  return carriageReturns === 0 || (carriageReturns === pairs && pairs === lineFeeds)
    ? undefined
    : 'its lines end in more than one way';
}

function contentOf({ input, gold }: Case, { kind, path }: CasePart): Content | undefined {
  const fileIn = (files: readonly FileEntry[] | undefined) => {
    const found = files?.find((file) => file.path === path);
    return found?.kind === 'file' ? found.content : undefined;
  };
  switch (kind) {
    case 'stdin':
      return input.stdin;
    case 'file':
      return fileIn(input.files);
    case 'out':
      return fileIn(gold?.outputs);
    default:
      return gold?.[kind];
  }
}

function missing({ name }: Case, { kind, path }: CasePart): UserError {
  return new UserError(`${name} has no ${[kind, path].join(' ').trim()} any more.`, {
    action: 'Close this editor.',
  });
}
