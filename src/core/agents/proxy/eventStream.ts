import { StringDecoder } from 'node:string_decoder';
import { asObject } from '../../transcripts/values';
import type { JsonObject } from '../../transcripts/values';

/** Bytes of one event that is still coming; a longer one is left out. */
const longestEvent = 32 * 2 ** 20;

/** Reads the data of server-sent events (WHATWG HTML, section 9.2) out of a stream that goes by. */
export class EventStreamReader {
  private readonly decoder = new StringDecoder('utf8');
  private line = '';
  private data = '';

  constructor(private readonly onEvent: (data: JsonObject) => void) {}

  push(chunk: Uint8Array): void {
    const lines = (this.line + this.decoder.write(Buffer.from(chunk))).split(/\r\n|\n|\r(?!$)/u);
    this.line = lines.pop() ?? '';
    if (this.line.length > longestEvent) {
      this.line = '';
    }
    lines.forEach((line) => this.take(line));
  }

  /** A last event that was not followed by an empty line is no event. */
  private take(line: string): void {
    if (line === '') {
      const { data } = this;
      this.data = '';
      this.emit(data);
    } else if (line.startsWith('data:') && this.data.length < longestEvent) {
      this.data += `${this.data === '' ? '' : '\n'}${line.slice(5).replace(/^ /u, '')}`;
    }
  }

  private emit(data: string): void {
    try {
      this.onEvent(asObject(JSON.parse(data)));
    } catch {
      // `[DONE]`, or nothing that says anything.
    }
  }
}
