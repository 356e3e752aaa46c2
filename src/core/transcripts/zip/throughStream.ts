/** Takes unpacked bytes. They may not be used after the returned promise resolves. */
export type TakeChunk = (chunk: Buffer) => Promise<void> | void;

/** A stream that unpacks; Node's own, working on a thread of its pool. */
export interface UnpackStream extends NodeJS.ReadWriteStream {
  destroy(): unknown;
}

/** Passes chunks through a stream that unpacks them, and destroys it. @throws Error on damage. */
export async function throughStream(
  chunks: Iterable<Buffer>,
  stream: UnpackStream,
  take: TakeChunk,
): Promise<void> {
  const feeding = feed(chunks, stream);
  try {
    for await (const chunk of stream) {
      await take(chunk as Buffer);
    }
    await feeding;
  } finally {
    stream.destroy();
    await feeding.catch(() => undefined);
  }
}

async function feed(chunks: Iterable<Buffer>, stream: UnpackStream): Promise<void> {
  for (const chunk of chunks) {
    if (!stream.writable) {
      return;
    }
    if (!stream.write(chunk)) {
      await drained(stream);
    }
  }
  stream.end();
}

function drained(stream: UnpackStream): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      for (const event of ['drain', 'close', 'error']) {
        stream.removeListener(event, done);
      }
      resolve();
    };
    for (const event of ['drain', 'close', 'error']) {
      stream.on(event, done);
    }
  });
}
