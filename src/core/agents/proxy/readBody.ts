import type { IncomingMessage } from 'node:http';

/** A request that is longer than any may be. */
export class TooLongError extends Error {
  override readonly name = 'TooLongError';
}

/** The whole body as text. @throws TooLongError past the limit, bytes. */
export async function readBody(request: IncomingMessage, limit: number): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += (chunk as Buffer).length;
    if (bytes > limit) {
      throw new TooLongError('The request is too long.');
    }
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString('utf8');
}
