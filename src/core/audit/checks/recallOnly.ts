import type { Check } from '../finding';

/** From this many characters on, an opaque run can't be derived by reading. */
const digest =
  /(?<![0-9A-Za-z+/])(?:[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{56}|[0-9a-f]{64}|[0-9a-f]{96}|[0-9a-f]{128})(?![0-9A-Za-z+/=])/iu;
const base64 =
  /(?<![0-9A-Za-z+/])(?=[A-Za-z0-9+/]*[0-9])(?=[A-Za-z0-9+/]*[A-Z])(?=[A-Za-z0-9+/]*[a-z])[A-Za-z0-9+/]{60,}={0,2}/u;
/** Bytes outside text: an archive, an image, a compressed stream. */
const binaryShare = 0.3;

export const recallOnly: Check = {
  id: 'recall-only',
  title: 'Output that can only be recalled',
  why: 'Hashes, signatures and the bytes of a codec follow from an algorithm that is known by heart or not at all; such a case tests memory, not reconstruction.',
  fix: 'Choose an input whose output shows its rule, or say in the docs which algorithm it is.',
  *run({ cases }) {
    for (const { source, text, files } of cases) {
      const given = [...source.input.args, text.stdin, files].join('\n');
      const opaque = [digest, base64]
        .map((r) => r.exec(text.stdout)?.[0])
        .find((m) => m !== undefined && !given.includes(m));
      const binary = isBinary(text.stdout) && !isBinary(text.stdin) && !isBinary(files);
      if (opaque !== undefined || binary) {
        yield {
          severity: 'info',
          cases: [source.name],
          part: 'stdout',
          message: binary
            ? 'stdout is binary and its input is not'
            : `stdout contains what looks like a hash or an encoding: ${String(opaque).slice(0, 24)}…`,
        };
      }
    }
  },
};

function isBinary(latin1: string): boolean {
  if (latin1.length < 32) {
    return false;
  }
  const sample = latin1.slice(0, 4096);
  const odd = sample.replace(/[^\x00-\x08\x0e-\x1a\x1c-\x1f\x80-\x9f]/gu, '').length;
  return odd / sample.length > binaryShare;
}
