import { isUtf8 } from 'node:buffer';
import type { LoadedSample } from '../loadedSample';
import { asObject, asText } from '../values';
import { findAttempts, readAttempt } from './attempts';
import type { Attempt } from './attempts';

/** Characters of all archives together that are held. */
const mostText = 256 * 1024 * 1024;

/** A file as an archive beside the log holds it, and the scoring that the archive was made for. */
export interface ArchivedFile {
  readonly ordinal: number;
  /** Within the archive. */
  readonly name: string;
  readonly text: string;
}

/**
 * The text files of the archives beside a log (`artifacts/<sample uuid>/attempt-00001.tar`), each
 * with the event that it belongs to. An archive that cannot be read is passed over: it adds to what
 * the log says and is no part of it.
 */
export async function archivedFiles(
  log: string,
  sample: LoadedSample,
  signal?: AbortSignal,
): Promise<ArchivedFile[]> {
  const attempts = await findAttempts(log, sampleUuid(sample));
  const found: ArchivedFile[] = [];
  const texts = new Map<string, string>();
  let held = 0;
  for (const { attempt, ordinal } of placed(attempts, sample)) {
    const files = await readAttempt(attempt, signal).catch(() => new Map<string, Buffer>());
    for (const [name, bytes] of files) {
      if (!isUtf8(bytes) || held >= mostText) {
        continue;
      }
      const text = bytes.toString('utf8');
      const before = texts.get(name);
      // What an attempt did not change is held once.
      if (before === text) {
        found.push({ ordinal, name, text: before });
      } else {
        held += text.length;
        texts.set(name, text);
        found.push({ ordinal, name, text });
      }
    }
  }
  return found;
}

function sampleUuid({ index, source }: LoadedSample): string {
  const { uuid } = asObject(index.facts['info']);
  return asText(uuid ?? source.info.uuid);
}

/**
 * Archives are numbered as they were made, and the log does not name them: they belong to the scores,
 * or else to the test runs, of which there are as many; else only the last one has a place, the last
 * score.
 */
function placed(
  attempts: readonly Attempt[],
  { index }: LoadedSample,
): { readonly attempt: Attempt; readonly ordinal: number }[] {
  const most = attempts.at(-1)?.number ?? 0;
  const markers = index.markers();
  const of = (...types: readonly string[]) => [
    ...new Set(markers.filter(({ type }) => types.includes(type)).map(({ ordinal }) => ordinal)),
  ];
  const lists = [of('score'), of('testRun'), of('score', 'testRun')];
  const fitting = lists.find(({ length }) => length === most);
  return attempts.flatMap((attempt) => {
    const ordinal =
      fitting?.[attempt.number - 1] ?? (attempt.number === most ? lists[0]?.at(-1) : undefined);
    return ordinal === undefined ? [] : [{ attempt, ordinal }];
  });
}
