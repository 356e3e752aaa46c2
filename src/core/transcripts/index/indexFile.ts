import { randomBytes } from 'node:crypto';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { Names } from './names';
import { SampleIndex } from './sampleIndex';
import type { SampleRest } from './sampleIndex';

/** Raised whenever what is kept changes its meaning; files of other versions are made anew. */
const indexVersion = 2;
const magic = 'MCWIDX';

interface Header {
  readonly version: number;
  readonly rest: SampleRest;
  /** Length of each column in bytes, in the order in which they follow. */
  readonly columns: readonly { readonly name: string; readonly bytes: number }[];
}

/** Writes an index beside its place and renames it over. Layout: magic, header length, header, columns. */
export async function saveIndex(index: SampleIndex, path: string): Promise<void> {
  const columns = Object.entries(index.columns());
  const header: Header = {
    version: indexVersion,
    rest: index.rest(),
    columns: columns.map(([name, column]) => ({ name, bytes: column.bytes().length })),
  };
  const json = Buffer.from(JSON.stringify(header));
  const start = Buffer.alloc(magic.length + 4);
  start.write(magic, 'latin1');
  start.writeUInt32LE(json.length, magic.length);
  const beside = `${path}.${process.pid}-${randomBytes(4).toString('hex')}`;
  try {
    await writeFile(beside, [start, json, ...columns.map(([, column]) => column.bytes())]);
    await rename(beside, path);
  } catch (error) {
    await rm(beside, { force: true });
    throw error;
  }
}

/** Reads an index back; `undefined` if there is none, or none that this version can use. */
export async function loadIndex(path: string): Promise<SampleIndex | undefined> {
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch {
    return undefined;
  }
  try {
    return decode(bytes);
  } catch {
    // Cut off or foreign; it is only a cache.
    return undefined;
  }
}

function decode(bytes: Buffer): SampleIndex | undefined {
  if (bytes.toString('latin1', 0, magic.length) !== magic) {
    return undefined;
  }
  const headerEnd = magic.length + 4 + bytes.readUInt32LE(magic.length);
  const header = JSON.parse(bytes.toString('utf8', magic.length + 4, headerEnd)) as Header;
  if (header.version !== indexVersion) {
    return undefined;
  }
  const index = new SampleIndex();
  const columns = index.columns();
  let at = headerEnd;
  for (const { name, bytes: length } of header.columns) {
    if (at + length > bytes.length) {
      return undefined;
    }
    columns[name]?.restore(bytes.subarray(at, at + length));
    at += length;
  }
  restoreRest(index, header.rest);
  return index;
}

function restoreRest(index: SampleIndex, rest: SampleRest): void {
  index.fields = new Map(rest.fields);
  index.facts = rest.facts;
  index.unread = rest.unread;
  index.toolCalls = new Map(rest.toolCalls);
  index.messageCount = rest.messageCount;
  index.rowsAreMessages = rest.rowsAreMessages;
  index.restoreLabels(rest.labels);
  index.events.types = new Names([...rest.types]);
  index.events.tools = new Names([...rest.tools]);
  index.events.models = new Names([...rest.models]);
  index.spans.names = new Names([...rest.spanNames]);
  for (const table of Object.values(index.keyTables())) {
    table.rebuild();
  }
}
