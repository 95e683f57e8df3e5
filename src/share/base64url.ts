/** Bytes as text that an address takes unescaped (RFC 4648 §5, without padding), and back. Works in browser, worker and Node alike. */
const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

const letterValues = new Map([...alphabet].map((letter, value) => [letter, value]));

export function toBase64url(bytes: Uint8Array): string {
  const letters: string[] = [];
  for (let index = 0; index < bytes.length; index += 3) {
    const [first = 0, second = 0, third = 0] = bytes.subarray(index, index + 3);
    const count = Math.min(3, bytes.length - index);
    const bits = (first << 16) | (second << 8) | third;
    for (let letter = 0; letter <= count; letter += 1) letters.push(alphabet.charAt((bits >> (18 - 6 * letter)) & 63));
  }
  return letters.join('');
}

/** Undefined when a letter is not of the alphabet or the length is none that bytes can have. */
export function fromBase64url(text: string): Uint8Array | undefined {
  if (text.length % 4 === 1) return undefined;
  const bytes = new Uint8Array(Math.floor((text.length * 3) / 4));
  let bits = 0;
  let held = 0;
  let at = 0;
  for (const letter of text) {
    const value = letterValues.get(letter);
    if (value === undefined) return undefined;
    bits = ((bits << 6) | value) & 0xffffff;
    held += 6;
    if (held >= 8) {
      held -= 8;
      bytes[at] = (bits >> held) & 0xff;
      at += 1;
    }
  }
  return bytes;
}
