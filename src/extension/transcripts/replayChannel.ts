import { stat } from 'node:fs/promises';
import path from 'node:path';
import { userInfo } from 'node:os';
import { castOutput, castSize } from './casts';
import { filterEventsByText } from './textFilter';
import type { MessageChannel, RequestContext } from '../../protocol/messages';
import type { SearchHit } from '../../core/transcripts/search/query';
import type {
  EventSummary,
  Excerpt,
  LoadState,
  Opened,
  Place,
  TranscriptHost,
  TranscriptView,
} from '../../protocol/transcript';
import type { ReplayDocument } from './replayDocument';

export type ReplayChannel = MessageChannel<TranscriptHost, TranscriptView>;

/** Characters of a record shown in the view; an editor shows more. */
const mostShown = 200_000;
/** Ordinals this close are asked for together with what lies between them. */
const closeBy = 8;
/** Hits after which a search stops. */
const mostHits = 1_000_000;
/** Events whose texts are looked at before bytes alone are believed: a letter is in nearly all of them. */
const mostLooked = 5000;
/** Hits that are told with the text around them. */
const mostExcerpts = 10_000;
/** Milliseconds between two messages with hits: a view draws its marks anew for each. */
const hitsMs = 150;

/** Answers what a view asks about its document; `load` is the editor's to answer. */
export function answerReplay(
  channel: ReplayChannel,
  document: ReplayDocument,
  takeReveal: () => Place | undefined,
): void {
  channel.handle('open', async () => opened(document, takeReveal()));
  channel.handle('overview', async ({ sample, from }) =>
    (await document.transcript()).overview(sample, from),
  );
  channel.handle('summaries', async ({ sample, ordinals }) =>
    summaries(document, sample, ordinals),
  );
  channel.handle('event', async ({ sample, ordinal }) =>
    (await document.transcript()).event(sample, ordinal),
  );
  channel.handle('record', async (place) => {
    const text = await recordText(document, place);
    return { text: text.slice(0, mostShown), cut: text.length > mostShown };
  });
  channel.handle('cases', async ({ sample }) => (await document.transcript()).cases(sample));
  channel.handle('filter', async ({ sample, filter }, { signal }) =>
    filterEventsByText(await document.transcript(), sample, filter, signal),
  );
  channel.handle('search', ({ sample, search, query }, context) =>
    searchInto(channel, document, { sample, search, query }, context),
  );
  channel.handle('hit', async ({ sample, ordinal, query }) => {
    const hit = await (await document.transcript()).hit(sample, query, ordinal);
    return hit === null ? null : excerptOf(hit);
  });
  channel.handle('castSize', () => castSize(document.uri.fsPath));
  channel.handle('output', ({ sample, from, count }) => castOutput(document, sample, from, count));
  channel.handle('comments', () => document.notes.list());
  channel.handle('saveComment', (draft) => document.notes.save(draft, userInfo().username));
  channel.handle('deleteComment', async ({ id }) => {
    await document.notes.delete(id);
    return undefined;
  });
}

/** A record as text: as it stands in the file, or with everything that it refers to in its place. */
export async function recordText(
  document: ReplayDocument,
  { sample, ordinal, resolved }: Place & { readonly resolved: boolean },
): Promise<string> {
  const transcript = await document.transcript();
  if (resolved) {
    return JSON.stringify(await transcript.resolved(sample, ordinal), undefined, 2);
  }
  const raw = await transcript.raw(sample, ordinal);
  try {
    return JSON.stringify(JSON.parse(raw), undefined, 2);
  } catch {
    // Python writes NaN, and a record may be cut: shown as it stands.
    return raw;
  }
}

async function opened(document: ReplayDocument, reveal: Place | undefined): Promise<Opened> {
  const transcript = await document.transcript();
  const { size } = await stat(document.uri.fsPath);
  const { format, formatVersion, status, task, samples, unread } = transcript.opened;
  return {
    title: path.basename(document.uri.fsPath),
    format,
    formatVersion,
    status,
    task,
    samples,
    unread,
    bytes: size,
    ...(reveal === undefined ? {} : { reveal }),
  };
}

async function summaries(
  document: ReplayDocument,
  sample: number,
  ordinals: readonly number[],
): Promise<readonly EventSummary[]> {
  const transcript = await document.transcript();
  const wanted = new Set(ordinals);
  const sorted = [...wanted].sort((a, b) => a - b);
  const found: EventSummary[] = [];
  for (let at = 0; at < sorted.length;) {
    const from = sorted[at] ?? 0;
    let last = from;
    while (at < sorted.length && (sorted[at] ?? 0) - last <= closeBy) {
      last = sorted[at++] ?? last;
    }
    const page = await transcript.summaries(sample, from, last - from + 1);
    found.push(...page.filter(({ ordinal }) => wanted.has(ordinal)));
  }
  return found;
}

async function searchInto(
  channel: ReplayChannel,
  document: ReplayDocument,
  { sample, search, query }: TranscriptHost['requests']['search']['params'],
  { signal }: RequestContext,
) {
  const transcript = await document.transcript();
  let pending: SearchHit[] = [];
  let excerpts = mostExcerpts;
  let told = 0;
  const tell = () => {
    told = Date.now();
    channel.send('hits', {
      search,
      ordinals: Uint32Array.from(pending, ({ ordinal }) => ordinal),
      matches: pending.reduce((sum, { matches }) => sum + matches, 0),
      excerpts: pending
        .slice(0, excerpts)
        .filter(({ excerpt }) => excerpt !== '')
        .map(excerptOf),
    });
    excerpts = Math.max(0, excerpts - pending.length);
    pending = [];
  };
  const take = (hits: readonly SearchHit[]) => {
    pending.push(...hits);
    if (!signal.aborted && Date.now() - told >= hitsMs) {
      tell();
    }
  };
  const limits = { limit: mostHits, exactly: mostLooked };
  const end = await transcript.search(sample, { ...query, ...limits }, take, signal);
  if (pending.length > 0 && !signal.aborted) {
    tell();
  }
  return end;
}

function excerptOf({ ordinal, excerpt, from, to }: SearchHit): Excerpt {
  return { ordinal, excerpt, from, to };
}

/** What is told to a view of how far its sample is indexed. */
export function throttled(send: (state: LoadState) => void, everyMs: number) {
  let told = 0;
  return (state: LoadState): void => {
    const now = Date.now();
    if (state.complete || now - told >= everyMs) {
      told = now;
      send(state);
    }
  };
}
