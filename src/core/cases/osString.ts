/**
 * Operating-system strings (arguments, environment, paths) are bytes. Here they are JavaScript
 * strings in which every byte that is not part of valid UTF-8 is the lone surrogate U+DC00 + byte,
 * as Python's `surrogateescape` has it (PEP 383), so that both directions lose nothing and
 * `JSON.stringify` writes such a byte as `\udcXX`.
 */

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const escaped = /[\udc80-\udcff]/u;

/** The string that stands for these bytes. */
export function decodeOsString(bytes: Uint8Array): string {
  try {
    return strict.decode(bytes);
  } catch {
    return decodeInvalid(bytes);
  }
}

/** The bytes that a string stands for. Lone surrogates outside U+DC80..U+DCFF have none: U+FFFD. */
export function encodeOsString(text: string): Buffer {
  if (!escaped.test(text)) {
    return Buffer.from(text, 'utf8');
  }
  return Buffer.concat(
    Array.from(text, (character) => {
      const unit = character.charCodeAt(0);
      return character.length === 1 && unit >= 0xdc80 && unit <= 0xdcff
        ? Buffer.from([unit - 0xdc00])
        : Buffer.from(character, 'utf8');
    }),
  );
}

/** Whether a text holds no half character that stands for no byte. Two quick looks spare nearly all texts the slow one. */
export function standsForBytes(text: string): boolean {
  return Buffer.byteLength(text) === text.length || !/[\ud800-\udc7f\udd00-\udfff]/u.test(text);
}

const surrogate = /[\ud800-\udfff]/u;

/**
 * The one spelling of a string's bytes, since `é` could also be spelled as two escaped bytes.
 * @returns undefined when no operating-system string says this: a NUL, or a lone surrogate that
 * stands for no byte.
 */
export function canonicalOsString(text: string): string | undefined {
  if (!surrogate.test(text)) {
    return text.includes('\0') ? undefined : text;
  }
  return /[\ud800-\udc7f\udd00-\udfff\0]/u.test(text)
    ? undefined
    : decodeOsString(encodeOsString(text));
}

function decodeInvalid(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length;) {
    const length = sequenceLength(bytes, at);
    if (length === 0) {
      text += String.fromCharCode(0xdc00 + (bytes[at] ?? 0));
      at += 1;
    } else {
      text += strict.decode(bytes.subarray(at, at + length));
      at += length;
    }
  }
  return text;
}

/** Length that a sequence with this lead byte has: RFC 3629, table of section 4. */
function leadLength(lead: number): number {
  const lengths = [
    { below: 0x80, length: 1 },
    { below: 0xc2, length: 0 },
    { below: 0xe0, length: 2 },
    { below: 0xf0, length: 3 },
    { below: 0xf5, length: 4 },
  ];
  return lengths.find(({ below }) => lead < below)?.length ?? 0;
}

/** Length of the valid UTF-8 sequence at an offset; 0 where there is none. */
function sequenceLength(bytes: Uint8Array, at: number): number {
  const length = leadLength(bytes[at] ?? 0);
  try {
    strict.decode(bytes.subarray(at, at + length));
    return at + length <= bytes.length ? length : 0;
  } catch {
    return 0;
  }
}
